using System.Text.Json;

namespace Controller.Tests;

/// <summary>Bodies of the contract, kept under <c>Examples</c>.</summary>
internal static class Example
{
    public static byte[] Bytes(string path) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Examples", path));

    public static JsonElement Json(string path)
    {
        using var document = JsonDocument.Parse(Bytes(path));
        return document.RootElement.Clone();
    }

    public static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
