using System.CommandLine;
using System.Text.Json;
using Controller.Hosting;
using Controller.OpenApi;
using Controller.Sessions;

namespace Controller.Cli;

/// <summary><c>routes</c>: what the API serves, and what it asks of the caller, from the OpenAPI document that is part of the binary.</summary>
internal static class RoutesCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("routes", "List the API's routes with the permission each needs");
        command.SetAction(_ => Run(host));
        return command;
    }

    private static void Run(CommandHost host)
    {
        using var document = JsonDocument.Parse(EmbeddedFile.Read("openapi.json"));
        var routes = Routes(document.RootElement).ToList();
        host.Say(string.Join('\n', routes.Select(r => $"{r.Method,-7} {r.Path,-62} {r.Permission,-34} {r.Summary}".TrimEnd())), writer =>
        {
            writer.WriteStartArray("routes");
            foreach (var route in routes)
            {
                writer.WriteStartObject();
                writer.WriteString("method", route.Method);
                writer.WriteString("path", route.Path);
                writer.WriteString("permission", route.Permission);
                writer.WriteString("summary", route.Summary);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
    }

    private static IEnumerable<(string Method, string Path, string Permission, string Summary)> Routes(JsonElement document) =>
        from path in document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        where operation.Name is "get" or "post" or "put" or "patch" or "delete" or "head"
        select (Method(operation), path.Name, Permission(operation.Value), new JsonFields(operation.Value).Text("summary") ?? "");

    private static string Method(JsonProperty operation) =>
        operation.Value.TryGetProperty("x-websocket", out _) ? SocketRoutes.Method : operation.Name.ToUpperInvariant();

    /// <summary>Resource and verb; else the kind of token; else nothing is asked.</summary>
    private static string Permission(JsonElement operation)
    {
        if (new JsonFields(operation).Object("x-rbac") is { } rbac)
        {
            return $"{rbac.Text("resource")}:{rbac.Text("verb")}";
        }

        return operation.TryGetProperty("security", out var security)
            && security.EnumerateArray().SelectMany(s => s.EnumerateObject()).Select(s => s.Name).FirstOrDefault() is { } token
            ? token
            : "public";
    }
}
