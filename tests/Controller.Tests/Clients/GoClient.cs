using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Controller.Tests.Support;

namespace Controller.Tests.Clients;

/// <summary>
/// Sends as the Go SDK does (clients 1.1): a connection per request, a bearer header even when there is no token, JSON
/// content type and length 0 without a body, paths without a trailing slash. Any 2xx is success.
/// </summary>
internal sealed partial class GoClient(Uri address, string token = "test") : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>Method and path of every call so far.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>A call whose answer is decoded: an empty body is an error in the client.</summary>
    public async Task<GoObject> ReadAsync(string method, string path, JsonObject? body = null) =>
        GoObject.Parse(await SendAsync(method, path, Json(body)), path);

    /// <summary>A call whose answer the client does not look at.</summary>
    public Task DoAsync(string method, string path, JsonObject? body = null) => SendAsync(method, path, Json(body));

    /// <summary>A YAML deploy.</summary>
    public Task<string> UploadAsync(string method, string path, string part, string fileName, JsonNode document)
    {
        var file = new ByteArrayContent(Encoding.UTF8.GetBytes(YamlText.Of(document)));
        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return SendAsync(method, path, new MultipartFormDataContent { { file, part, fileName } });
    }

    /// <summary>Whether the object is there: only 404 says no, anything else is an error.</summary>
    public async Task<bool> ExistsAsync(string path)
    {
        try
        {
            await ReadAsync("GET", path);
            return true;
        }
        catch (GoNotFoundException)
        {
            return false;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<string> SendAsync(string method, string path, HttpContent content)
    {
        var url = "/api/v3" + DoubleSlash().Replace(path, "/");
        if (!url.Contains('?', StringComparison.Ordinal))
        {
            url = url.TrimEnd('/');
        }

        Calls.Add($"{method} {url["/api/v3".Length..]}");
        using var request = new HttpRequestMessage(new HttpMethod(method), url) { Content = content };
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        request.Headers.ConnectionClose = true;
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        if (response.IsSuccessStatusCode)
        {
            return text;
        }

        var message = $"Received {(int)response.StatusCode} from {method} {address}{url}\n{text}";
        throw response.StatusCode == HttpStatusCode.NotFound ? new GoNotFoundException(message) : new GoHttpException((int)response.StatusCode, message);
    }

    private static StringContent Json(JsonObject? body)
    {
        var content = new StringContent(body?.ToJsonString() ?? "", Encoding.UTF8);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    [GeneratedRegex("/+")]
    private static partial Regex DoubleSlash();
}

/// <summary>What the SDK makes of an answer that is no 2xx; the CLI searches its text (clients 1.3).</summary>
internal class GoHttpException(int code, string message) : Exception(message)
{
    public int Code => code;
}

/// <summary>The SDK's own type for 404.</summary>
internal sealed class GoNotFoundException(string message) : GoHttpException(404, message);
