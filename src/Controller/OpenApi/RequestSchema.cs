using System.Text.Json.Nodes;
using Controller.Validation;

namespace Controller.OpenApi;

/// <summary>JSON Schema of what a request body is checked by.</summary>
internal static class RequestSchema
{
    public static JsonNode Of(Schema schema)
    {
        var json = new JsonObject();
        if (schema.Type is { } type)
        {
            json["type"] = schema.Nullable ? new JsonArray(type, "null") : type;
        }

        switch (schema)
        {
            case ObjectSchema o:
                Describe(json, o);
                break;
            case ArraySchema a:
                json["items"] = Of(a.Items);
                Set(json, "minItems", a.MinItems);
                Set(json, "maxItems", a.MaxItems);
                break;
            case StringSchema s:
                Set(json, "minLength", s.MinLength);
                Set(json, "maxLength", s.MaxLength);
                Set(json, "pattern", s.Pattern?.ToString());
                Set(json, "format", s.Format);
                if (s.Enum.Count > 0)
                {
                    json["enum"] = new JsonArray([.. s.Enum.Select(e => (JsonNode)e)]);
                }

                break;
            case NumberSchema n:
                Set(json, "minimum", n.Minimum);
                Set(json, "maximum", n.Maximum);
                break;
            case ConstSchema c:
                json["const"] = c.Text;
                break;
            case ConstNumberSchema c:
                json["const"] = c.Number;
                break;
            case AlternativesSchema a:
                Describe(json, a);
                break;
        }

        return json;
    }

    private static void Describe(JsonObject json, ObjectSchema schema)
    {
        if (schema.Properties.Count > 0)
        {
            json["properties"] = new JsonObject(schema.Properties.Select(p => KeyValuePair.Create(p.Name, (JsonNode?)Of(p.Schema))));
        }

        if (schema.Required.Count > 0)
        {
            json["required"] = new JsonArray([.. schema.Required.Select(r => (JsonNode)r)]);
        }

        if (!schema.AdditionalProperties)
        {
            json["additionalProperties"] = false;
        }

        if (schema.Alternatives is { } alternatives)
        {
            Describe(json, alternatives);
        }
    }

    private static void Describe(JsonObject json, AlternativesSchema schema) =>
        json[schema.Exclusive ? "oneOf" : "anyOf"] = new JsonArray([.. schema.Options.Select(Of)]);

    private static void Set(JsonObject json, string name, JsonNode? value)
    {
        if (value is not null)
        {
            json[name] = value;
        }
    }
}
