using System.Text.Json;
using Controller.AccessControl;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Microservices;

/// <summary>The role of a microservice's service account.</summary>
/// <param name="Name">Role name.</param>
/// <param name="Id">Its row; null for a system role.</param>
internal sealed record AccountRole(string Name, long? Id);

/// <summary>Every microservice has a service account of its own name (api-workloads 6.4, 6.5).</summary>
internal static class MicroserviceAccounts
{
    private static readonly AccountRole Default = new("microservice", null);

    /// <summary>The role in a body; null when none is named.</summary>
    /// <exception cref="ApiException">400 when it does not exist.</exception>
    public static async Task<AccountRole?> ReadAsync(MicroserviceReferences references, JsonFields body)
    {
        if (body.Object("serviceAccount")?.Object("roleRef")?.Text("name") is not { Length: > 0 } name)
        {
            return null;
        }

        if (SystemRoles.All.ContainsKey(name))
        {
            return new AccountRole(name, null);
        }

        return await references.RoleAsync(name) ?? throw ApiException.Validation($"Referenced role '{name}' does not exist");
    }

    /// <summary>The account of a new microservice.</summary>
    public static ServiceAccountRow For(string microserviceUuid, string microserviceName, AccountRole? role)
    {
        role ??= Default;
        return new(0, microserviceName, microserviceUuid, null, Reference(role), role.Id, null, null);
    }

    /// <summary>Makes or changes the account.</summary>
    /// <exception cref="ApiException">409 when another microservice holds the account of this name.</exception>
    public static async Task SetAsync(DbSession session, MicroserviceRow microservice, AccountRole? role, DateTimeOffset now)
    {
        role ??= Default;
        try
        {
            await ServiceAccountStore.SetAsync(session, microservice.Uuid, microservice.ApplicationId, microservice.Name, Reference(role), role.Id, now);
        }
        catch (DatabaseException e) when (e.Fault == DatabaseFault.UniqueViolation)
        {
            throw MicroserviceErrors.DuplicateName(microservice.Name);
        }
    }

    private static string Reference(AccountRole role) =>
        JsonSerializer.Serialize(new RoleRefBody("Role", role.Name), MicroserviceJsonContext.Default.RoleRefBody);
}
