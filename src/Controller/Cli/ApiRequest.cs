using System.Text.Json;
using System.Text.Json.Nodes;

namespace Controller.Cli;

/// <summary>A request that a command's options fill in.</summary>
/// <param name="method">HTTP method.</param>
/// <param name="path">Path after <c>/api/v3</c>, with the placeholders of the route.</param>
internal sealed class ApiRequest(string method, string path)
{
    public string Method => method;

    public string Path { get; private set; } = path;

    public JsonObject Body { get; set; } = [];

    /// <summary>Further requests that follow when this one succeeded.</summary>
    public List<ApiRequest> Next { get; } = [];

    public bool HasBody => method is "POST" or "PATCH" or "PUT" || Body.Count > 0;

    public void Fill(string placeholder, string value) =>
        Path = Path.Replace($"{{{placeholder}}}", Uri.EscapeDataString(value), StringComparison.Ordinal);

    public string BodyText()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Body.WriteTo(writer);
        }

        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
