using System.Text.Json;
using System.Text.Json.Nodes;
using Controller.Hosting;
using Controller.Manifests;
using Controller.Sql;
using Controller.Sql.Stores;
using Controller.Substitution;

namespace Controller.ApplicationTemplates;

/// <summary>
/// Makes the body of an application from a template (api-workloads 5.5). It happens before the transaction that writes
/// the application, since rendering must not hold up other writers.
/// </summary>
internal sealed class TemplateDeployment(Database database)
{
    /// <summary>What the request says about the application itself, whatever the template says.</summary>
    private static readonly string[] FromRequest = ["name", "description", "isActivated", "isSystem"];

    /// <param name="context">The request; its lookups and limits are the template's too.</param>
    /// <param name="request">A body with <c>template</c>.</param>
    /// <returns>The body of a plain create or PUT, not yet checked.</returns>
    /// <exception cref="ApiException">404 for an unknown template, 400 for one without an application.</exception>
    public async Task<JsonElement> ExpandAsync(HttpContext context, JsonFields request)
    {
        var reference = request.Object("template")!.Value;
        var (application, defaults) = await ReadAsync(reference.Text("name")!, context.RequestAborted);
        var body = ParseConfigs(application);
        var filled = await context.RequestServices.GetRequiredService<Placeholders>()
            .FillAsync(context, Manifest.ToElement(body), Variables(defaults, reference));
        return Manifest.ToElement(Finish(JsonObject.Create(filled)!, request));
    }

    private Task<(JsonObject Application, List<TemplateVariableRow> Defaults)> ReadAsync(string name, CancellationToken cancel) => database.ReadAsync(
        async s =>
        {
            var row = await ApplicationTemplateStore.FindAsync(s, name) ?? throw ApplicationTemplateErrors.UnknownToDeploy();
            return row.ApplicationJson is { } text && TemplateText.Value(text) is { ValueKind: JsonValueKind.Object } element
                && JsonObject.Create(element) is { Count: > 0 } application
                    ? (application, await ApplicationTemplateStore.ListVariablesAsync(s, row.Id))
                    : throw ApplicationTemplateErrors.Invalid();
        },
        cancel);

    /// <summary>The defaults by key, the given values laid over them. A key that the template does not declare is allowed.</summary>
    private static Dictionary<string, JsonElement> Variables(List<TemplateVariableRow> defaults, JsonFields reference)
    {
        var variables = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var variable in defaults)
        {
            if (variable.DefaultValue is { } text && TemplateText.Value(text) is { } value)
            {
                variables[variable.Key] = value;
            }
        }

        foreach (var variable in (reference.Array("variables") ?? []).Select(v => new JsonFields(v)))
        {
            if (variable.TryGet("value", out var value))
            {
                variables[variable.Text("key")!] = value;
            }
        }

        return variables;
    }

    /// <summary>Opens <c>config</c>, which is stored as text, so that values in it keep their types.</summary>
    private static JsonObject ParseConfigs(JsonObject application)
    {
        foreach (var microservice in Microservices(application))
        {
            if (microservice["config"] is JsonValue text && text.GetValueKind() == JsonValueKind.String
                && TemplateText.Object(text.GetValue<string>()) is { } config)
            {
                microservice["config"] = config;
            }
        }

        return application;
    }

    private static JsonObject Finish(JsonObject application, JsonFields request)
    {
        foreach (var microservice in Microservices(application))
        {
            if (microservice["config"] is JsonObject config)
            {
                microservice["config"] = Manifest.ToJsonText(config);
            }
        }

        application.Remove("template");
        foreach (var key in FromRequest)
        {
            application.Remove(key);
            if (request.TryGet(key, out var value))
            {
                application[key] = JsonNode.Parse(value.GetRawText());
            }
        }

        return application;
    }

    private static IEnumerable<JsonObject> Microservices(JsonObject application) =>
        (application["microservices"] as JsonArray)?.OfType<JsonObject>() ?? [];
}
