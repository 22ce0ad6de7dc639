using System.Text.Json;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Microservices;

/// <summary>Extra hosts: names in the container for addresses, agents or other microservices (api-workloads 6.7).</summary>
internal static class MicroserviceHosts
{
    /// <summary>The name under which services are reached; the node sets it.</summary>
    private const string ReservedName = "service.local";

    private const string Open = "${", Close = "}", AgentPrefix = "Agents.", AppPrefix = "Apps.", AppSuffix = ".local";

    /// <summary>The list in a body with every template resolved; null when it was not sent.</summary>
    /// <param name="references">What is referred to.</param>
    /// <param name="body">What is sent.</param>
    /// <param name="fogUuid">Where the microservice runs.</param>
    /// <exception cref="ApiException">400 for a template that is malformed or leads nowhere.</exception>
    public static async Task<List<ExtraHostRow>?> ReadAsync(MicroserviceReferences references, JsonFields body, string? fogUuid)
    {
        if (body.Array("extraHosts") is not { } items)
        {
            return null;
        }

        var hosts = new List<ExtraHostRow>(items.Count);
        foreach (var item in items)
        {
            hosts.Add(await ResolveAsync(references, item, fogUuid));
        }

        return hosts;
    }

    private static async Task<ExtraHostRow> ResolveAsync(MicroserviceReferences references, JsonElement item, string? fogUuid)
    {
        var fields = new JsonFields(item);
        var name = fields.Text("name")!;
        var address = fields.Text("address")!;
        if (name == ReservedName)
        {
            throw ApiException.Validation($"Extra host name '{ReservedName}' is reserved");
        }

        if (!address.StartsWith(Open, StringComparison.Ordinal) || !address.EndsWith(Close, StringComparison.Ordinal))
        {
            return new ExtraHostRow("Litteral", name, address, address, null, null);
        }

        var template = address[Open.Length..^Close.Length];
        if (template.Length > AgentPrefix.Length && template.StartsWith(AgentPrefix, StringComparison.Ordinal))
        {
            var agent = template[AgentPrefix.Length..];
            var fog = await references.FogByNameAsync(agent) ?? throw NotFound(agent);
            return new ExtraHostRow("Agents", name, address, fog.Host ?? "", null, fog.Uuid);
        }

        if (template.StartsWith(AppPrefix, StringComparison.Ordinal)
            && template.EndsWith(AppSuffix, StringComparison.Ordinal)
            && template.Length > AppPrefix.Length + AppSuffix.Length
            && template[AppPrefix.Length..^AppSuffix.Length] is var path
            && path.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot && dot < path.Length - 1)
        {
            var target = await FindMicroserviceAsync(references, path);
            return target.FogUuid is not null && target.FogUuid == fogUuid
                ? new ExtraHostRow("Apps", name, address, $"iofog_{target.Uuid}", target.Uuid, target.FogUuid)
                : throw ApiException.Validation(
                    "The microservice you would like to add as an extra host is not in the same fog as the microservice you are adding it to");
        }

        throw ApiException.Validation($"{address} is not a valid host template");
    }

    /// <summary>Both names may hold dots, so every place to split them is tried.</summary>
    private static async Task<(string Uuid, string? FogUuid)> FindMicroserviceAsync(MicroserviceReferences references, string path)
    {
        string? missing = null;
        for (var dot = path.IndexOf('.', StringComparison.Ordinal); dot > 0 && dot < path.Length - 1; dot = path.IndexOf('.', dot + 1))
        {
            var (application, name) = (path[..dot], path[(dot + 1)..]);
            if (references.Created.FirstOrDefault(m => m.ApplicationName == application && m.Name == name) is { } created)
            {
                return (created.Uuid, created.FogUuid);
            }

            if (await ExtraHostStore.FindMicroserviceAsync(references.Session, application, name) is { } found)
            {
                return found;
            }

            missing = await ApplicationRefStore.FindByNameAsync(references.Session, application) is not null ? name : missing ?? application;
        }

        throw NotFound(missing!);
    }

    private static ApiException NotFound(string part) => ApiException.Validation($"Could not find {part} host template");
}
