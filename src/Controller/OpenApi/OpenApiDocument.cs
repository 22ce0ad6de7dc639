using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Controller.Hosting;
using Controller.Sessions;
using Controller.Status;

namespace Controller.OpenApi;

/// <summary>
/// Writes the OpenAPI 3.1 document from the served routes: their paths, classes, permissions, the very schemas that
/// bodies are checked by and the very types that answers are written from.
/// </summary>
/// <remarks>
/// Called when the document is made (docs/openapi.json), not while serving; the native binary leaves it out.
/// </remarks>
internal static partial class OpenApiDocument
{
    private const string Json = "application/json";

    public static JsonObject Of(RouteCatalog catalog)
    {
        var components = new Components();
        var paths = new JsonObject();
        foreach (var route in catalog.Routes.OrderBy(r => r.Path, StringComparer.Ordinal))
        {
            var path = ApiRoutes.Base + route.Path.TrimEnd('/');
            if (paths[path] is not JsonObject item)
            {
                item = Item(path);
                paths[path] = item;
            }

            item[Verb(route)] = Operation(route, path, components);
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Controller",
                ["version"] = ProductVersion.Controller,
                ["description"] = "Control plane of a fleet of Edgelet nodes. Instants are ISO 8601 UTC or, where a field is a number, epoch milliseconds.",
                ["license"] = new JsonObject { ["name"] = "EPL-2.0", ["identifier"] = "EPL-2.0" },
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["paths"] = paths,
            ["components"] = components.ToJson(),
        };
    }

    /// <summary>A WebSocket begins as a GET; the document has no word of its own for it.</summary>
    private static string Verb(ApiRoute route) => IsSocket(route) ? "get" : route.Method.ToLowerInvariant();

    private static bool IsSocket(ApiRoute route) => route.Method == SocketRoutes.Method;

    /// <summary>A path with the parameters that its pattern names.</summary>
    private static JsonObject Item(string path)
    {
        var parameters = new JsonArray();
        foreach (Match match in Parameter().Matches(path))
        {
            parameters.Add((JsonNode)new JsonObject
            {
                ["name"] = match.Groups[1].Value,
                ["in"] = "path",
                ["required"] = true,
                ["schema"] = new JsonObject { ["type"] = "string" },
            });
        }

        return parameters.Count == 0 ? [] : new JsonObject { ["parameters"] = parameters };
    }

    private static JsonObject Operation(ApiRoute route, string path, Components components)
    {
        var about = route.Description;
        var operation = new JsonObject
        {
            ["operationId"] = OperationId(route.Method, path),
            ["summary"] = about.Summary,
            ["tags"] = new JsonArray(route.Class == RouteClass.Agent ? "agent" : route.Permission.Resource),
        };
        if (route.Class == RouteClass.Authorized)
        {
            operation["x-rbac"] = new JsonObject { ["resource"] = route.Permission.Resource, ["verb"] = route.Permission.Verb };
        }

        operation["security"] = Security(route.Class);
        if (about.Query.Count > 0)
        {
            operation["parameters"] = new JsonArray([.. about.Query.Select(Query)]);
        }

        if (about.Body is { } body)
        {
            operation["requestBody"] = Content(Json, components.Of(body));
        }
        else if (about.FilePart is { } part)
        {
            operation["requestBody"] = Content("multipart/form-data", new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject { [part] = new JsonObject { ["type"] = "string", ["contentMediaType"] = "application/yaml" } },
                ["required"] = new JsonArray(part),
            });
        }

        operation["responses"] = Responses(route, components);
        if (IsSocket(route))
        {
            operation["x-websocket"] = true;
        }

        return operation;
    }

    private static JsonArray Security(RouteClass value) => value switch
    {
        RouteClass.Public => [],
        RouteClass.Agent => new JsonArray(new JsonObject { [Components.AgentToken] = new JsonArray() }),
        _ => new JsonArray(new JsonObject { [Components.OperatorToken] = new JsonArray() }),
    };

    private static JsonNode Query(QueryParameter parameter) => new JsonObject
    {
        ["name"] = parameter.Name,
        ["in"] = "query",
        ["description"] = parameter.Meaning,
        ["schema"] = new JsonObject { ["type"] = "string" },
    };

    private static JsonObject Content(string mediaType, JsonNode schema) => new()
    {
        ["content"] = new JsonObject { [mediaType] = new JsonObject { ["schema"] = schema } },
    };

    private static JsonObject Responses(ApiRoute route, Components components)
    {
        if (IsSocket(route))
        {
            return SocketResponses(components);
        }

        var about = route.Description;
        var success = about.Answer is { } answer ? Content(Json, components.Of(answer())) : [];
        success["description"] = route.Success is >= 300 and < 400 ? "Redirect" : "Success";
        var responses = new JsonObject { [$"{route.Success}"] = success };
        var takesBody = about.Body is not null || about.FilePart is not null;
        foreach (var (status, applies) in new (int, bool)[]
        {
            (400, takesBody),
            (401, route.Class != RouteClass.Public || takesBody),
            (403, route.Class == RouteClass.Authorized),
            (404, route.Path.Contains('{')),
            (409, takesBody && route.Class == RouteClass.Authorized),
            (413, takesBody),
            (503, true),
        })
        {
            if (applies && status != route.Success)
            {
                responses[$"{status}"] = new JsonObject { ["$ref"] = $"#/components/responses/{status}" };
            }
        }

        return responses;
    }

    /// <summary>Every refusal but those of the limits is a close frame after the upgrade.</summary>
    private static JsonObject SocketResponses(Components components)
    {
        var limit = Content(Json, components.Of(ErrorJson.Default.ErrorBody));
        limit["description"] = "Too many connections of this address";
        return new()
        {
            ["101"] = new JsonObject { ["description"] = "A WebSocket of MessagePack frames; a refusal is its close code and reason" },
            ["429"] = limit,
            ["503"] = new JsonObject { ["$ref"] = "#/components/responses/503" },
        };
    }

    /// <summary>Such as <c>getIofogUuidProvisioningKey</c>: unique because method and path are.</summary>
    private static string OperationId(string method, string path) =>
        method.ToLowerInvariant() + string.Concat(Word().Matches(path[ApiRoutes.Base.Length..]).Select(m => char.ToUpperInvariant(m.Value[0]) + m.Value[1..]));

    [GeneratedRegex(@"\{([^}]+)\}")]
    private static partial Regex Parameter();

    [GeneratedRegex("[A-Za-z0-9]+")]
    private static partial Regex Word();
}
