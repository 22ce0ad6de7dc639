using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Controller.Hosting;
using Controller.Validation;

namespace Controller.OpenApi;

/// <summary>The reusable parts of the document; a schema enters when it is first referred to.</summary>
internal sealed class Components
{
    public const string OperatorToken = "operatorToken";
    public const string AgentToken = "agentToken";

    private static readonly (int Status, string Meaning)[] Errors =
    [
        (400, "The request is not valid; the message names the field"),
        (401, "No valid token, or wrong credentials"),
        (403, "The caller's roles do not allow it"),
        (404, "No such object"),
        (409, "It conflicts with what exists"),
        (413, "The body is too large"),
        (503, "Try again after the seconds of Retry-After"),
    ];

    private readonly SortedDictionary<string, JsonNode?> _schemas = new(StringComparer.Ordinal);
    private readonly Dictionary<object, string> _names = [];

    /// <summary>A reference to the schema of a request body.</summary>
    public JsonNode Of(BodySchema body) => Reference(body, [body.Name], () => RequestSchema.Of(body.Root));

    /// <summary>A reference to the schema of a type as it is written; the schema itself for what is no object.</summary>
    public JsonNode Of(JsonTypeInfo type) => type.Kind == JsonTypeInfoKind.Object
        ? Reference(type.Type, Names(type.Type), () => AnswerSchema.Of(type, Of))
        : AnswerSchema.Of(type, Of);

    public JsonObject ToJson()
    {
        var error = Of(ErrorJson.Default.ErrorBody).ToJsonString();
        var responses = new JsonObject();
        foreach (var (status, meaning) in Errors)
        {
            responses[$"{status}"] = new JsonObject
            {
                ["description"] = meaning,
                ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = JsonNode.Parse(error) } },
            };
        }

        return new JsonObject
        {
            ["schemas"] = new JsonObject(_schemas),
            ["responses"] = responses,
            ["securitySchemes"] = new JsonObject
            {
                [OperatorToken] = Bearer("Access token of `POST /api/v3/user/login` or of the external identity provider."),
                [AgentToken] = Bearer("Token an Edgelet signs for one request with the key it was given when it was provisioned."),
            },
        };
    }

    private static JsonObject Bearer(string description) => new()
    {
        ["type"] = "http",
        ["scheme"] = "bearer",
        ["bearerFormat"] = "JWT",
        ["description"] = description,
    };

    /// <summary>The type's name, with its area before it where another area has the same.</summary>
    private static string[] Names(Type type)
    {
        var name = type.Name.EndsWith("Body", StringComparison.Ordinal) ? type.Name[..^4] : type.Name;
        return [name, type.Namespace!.Split('.')[^1] + name];
    }

    private JsonNode Reference(object key, string[] names, Func<JsonNode> schema)
    {
        if (!_names.TryGetValue(key, out var component))
        {
            component = names.First(n => !_schemas.ContainsKey(n));
            _names[key] = component;
            _schemas[component] = null; // taken, also while its own members are described
            _schemas[component] = schema();
        }

        return new JsonObject { ["$ref"] = $"#/components/schemas/{component}" };
    }
}
