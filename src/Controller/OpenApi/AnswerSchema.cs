using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Controller.OpenApi;

/// <summary>JSON Schema of an answer, from the metadata by which it is written.</summary>
internal static class AnswerSchema
{
    /// <param name="type">How it is written.</param>
    /// <param name="refer">Refers to a member that is an object itself.</param>
    public static JsonNode Of(JsonTypeInfo type, Func<JsonTypeInfo, JsonNode> refer) => type.GetJsonSchemaAsNode(new JsonSchemaExporterOptions
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = (context, schema) => Transform(context, schema, refer),
    });

    private static JsonNode Transform(JsonSchemaExporterContext context, JsonNode schema, Func<JsonTypeInfo, JsonNode> refer)
    {
        var type = context.TypeInfo;
        if (type.Kind != JsonTypeInfoKind.Object)
        {
            return IsInstant(type.Type) ? Instant(type.Type) : schema;
        }

        if (!context.Path.IsEmpty)
        {
            var reference = refer(type);
            return schema["type"] is JsonArray ? new JsonObject { ["anyOf"] = new JsonArray(reference, new JsonObject { ["type"] = "null" }) } : reference;
        }

        var always = type.Properties.Where(p => IsAlwaysWritten(p, type.Options)).Select(p => (JsonNode)p.Name).ToArray();
        schema["type"] = "object";
        schema.AsObject().Remove("required");
        if (always.Length > 0)
        {
            schema["required"] = new JsonArray(always);
        }

        return schema;
    }

    /// <summary>Instants have a converter of our own, which the exporter cannot look into.</summary>
    private static bool IsInstant(Type type) => type == typeof(DateTimeOffset) || type == typeof(DateTimeOffset?);

    private static JsonObject Instant(Type type) => new()
    {
        ["type"] = type == typeof(DateTimeOffset) ? "string" : new JsonArray("string", "null"),
        ["format"] = "date-time",
    };

    private static bool IsAlwaysWritten(JsonPropertyInfo property, JsonSerializerOptions options)
    {
        var attributes = property.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), true) ?? [];
        var condition = attributes.Length > 0 ? ((JsonIgnoreAttribute)attributes[0]).Condition : options.DefaultIgnoreCondition;
        return condition is JsonIgnoreCondition.Never;
    }
}
