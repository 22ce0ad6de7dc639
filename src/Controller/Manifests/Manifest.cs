using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Controller.Manifests;

/// <summary>What every kind has: the kind itself, <c>metadata</c> and <c>spec</c>. <c>apiVersion</c> is not looked at.</summary>
internal sealed record Manifest(JsonObject Metadata, JsonObject Spec)
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public JsonNode? Name => Metadata["name"];

    /// <summary>Reads an upload of one of the kinds whose messages are <c>Invalid kind</c> and <c>Invalid YAML format</c>.</summary>
    /// <exception cref="ManifestException"/>
    public static Manifest Read(ReadOnlySpan<byte> yaml, string kind)
    {
        if (YamlReader.Read(yaml) is not JsonObject root)
        {
            throw new ManifestException("Invalid YAML format");
        }

        var actual = root["kind"];
        if (actual?.GetValueKind() != JsonValueKind.String || actual.GetValue<string>() != kind)
        {
            throw new ManifestException($"Invalid kind {(actual is null ? "undefined" : Text(actual))}");
        }

        return root["metadata"] is JsonObject metadata && root["spec"] is JsonObject spec
            ? new Manifest(metadata, spec)
            : throw new ManifestException("Invalid YAML format");
    }

    /// <summary>The body as what validation and binding take.</summary>
    public static JsonElement ToElement(JsonNode body)
    {
        using var document = JsonDocument.Parse(ToUtf8(body));
        return document.RootElement.Clone();
    }

    /// <summary>JSON text with nothing escaped that need not be, as it is kept in text fields.</summary>
    public static string ToJsonText(JsonNode node) => Encoding.UTF8.GetString(ToUtf8(node).Span);

    /// <summary>A scalar as text: booleans as in JSON, numbers as JavaScript prints them.</summary>
    public static string Text(JsonNode node) => node switch
    {
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        JsonValue value when value.TryGetValue<double>(out var number) => ScriptNumber.Text(number),
        _ => ToJsonText(node),
    };

    private static ReadOnlyMemory<byte> ToUtf8(JsonNode node)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Relaxed))
        {
            node.WriteTo(writer);
        }

        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }
}
