using System.Text.Json;
using System.Text.Json.Nodes;
using Controller.Hosting;
using Controller.Manifests;

namespace Controller.Secrets;

/// <summary>The member <c>data</c> of a secret or config map: text values by key.</summary>
internal static class DataObject
{
    /// <summary>The values; a scalar that is no text is taken as its text (decision 35).</summary>
    /// <exception cref="ApiException">400 for an object, an array or null.</exception>
    public static Dictionary<string, string> Read(JsonFields body)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in body.Object("data")!.Value.Element.EnumerateObject())
        {
            values[member.Name] = member.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Null
                ? throw ApiException.Validation($"Field 'data.{member.Name}' is not of a type(s) string")
                : Manifest.Text(JsonValue.Create(member.Value)!);
        }

        return values;
    }
}
