using Controller.AccessControl;
using Controller.Hosting;
using Controller.Roles;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Microservices;

/// <summary>Every microservice has a service account of its own name (api-workloads 6.4, 6.5).</summary>
internal static class MicroserviceAccounts
{
    private static readonly ResolvedRole Default = new(new RoleRef(RoleRef.RoleKind, "microservice"), null);

    /// <summary>The role in a body; null when none is named.</summary>
    /// <exception cref="ApiException">400 when it does not exist.</exception>
    public static async Task<ResolvedRole?> ReadAsync(MicroserviceReferences references, JsonFields body) =>
        body.Object("serviceAccount")?.Object("roleRef")?.Text("name") is { Length: > 0 } name ? await references.RoleAsync(name) : null;

    /// <summary>The account of a new microservice.</summary>
    public static ServiceAccountRow For(string microserviceUuid, string microserviceName, ResolvedRole? role)
    {
        role ??= Default;
        return new(0, microserviceName, microserviceUuid, null, role.Reference.ToJson(), role.Id, null, null);
    }

    /// <summary>Makes or changes the account.</summary>
    /// <exception cref="ApiException">409 when another microservice holds the account of this name.</exception>
    public static async Task SetAsync(DbSession session, MicroserviceRow microservice, ResolvedRole? role, DateTimeOffset now)
    {
        role ??= Default;
        try
        {
            await ServiceAccountStore.SetAsync(session, microservice.Uuid, microservice.ApplicationId, microservice.Name, role.Reference.ToJson(), role.Id, now);
        }
        catch (DatabaseException e) when (e.Fault == DatabaseFault.UniqueViolation)
        {
            throw MicroserviceErrors.DuplicateName(microservice.Name);
        }
    }
}
