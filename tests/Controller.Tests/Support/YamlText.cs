using System.Text;
using System.Text.Json.Nodes;

namespace Controller.Tests.Support;

/// <summary>Writes JSON as block YAML, as clients print their documents.</summary>
internal static class YamlText
{
    public static string Of(JsonNode? node)
    {
        var text = new StringBuilder();
        Write(text, node, 0);
        return text.ToString();
    }

    private static void Write(StringBuilder text, JsonNode? node, int indent)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } mapping:
                foreach (var (key, value) in mapping)
                {
                    text.Append(' ', indent).Append(JsonValue.Create(key).ToJsonString()).Append(':');
                    Below(text, value, indent);
                }

                break;
            case JsonArray { Count: > 0 } sequence:
                foreach (var item in sequence)
                {
                    text.Append(' ', indent).Append('-');
                    Below(text, item, indent);
                }

                break;
            default:
                text.Append(' ', indent).Append(node?.ToJsonString() ?? "null").Append('\n');
                break;
        }
    }

    private static void Below(StringBuilder text, JsonNode? value, int indent)
    {
        if (value is JsonObject { Count: > 0 } or JsonArray { Count: > 0 })
        {
            text.Append('\n');
            Write(text, value, indent + 2);
        }
        else
        {
            text.Append(' ').Append(value?.ToJsonString() ?? "null").Append('\n');
        }
    }
}
