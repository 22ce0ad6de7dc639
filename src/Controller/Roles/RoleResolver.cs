using Controller.AccessControl;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Roles;

/// <summary>A role that a body refers to.</summary>
/// <param name="Reference">As it is stored.</param>
/// <param name="Id">Its row; null for a system role.</param>
internal sealed record ResolvedRole(RoleRef Reference, long? Id);

/// <summary>Finds the role behind a reference: the one place that says which references are good.</summary>
internal static class RoleResolver
{
    /// <exception cref="ApiException">400 when there is no such role.</exception>
    public static async Task<ResolvedRole> ResolveAsync(DbSession session, RoleRef reference)
    {
        if (SystemRoles.Find(reference.Name) is not null)
        {
            return new ResolvedRole(reference, null);
        }

        var id = await RoleStore.FindIdAsync(session, reference.Name)
            ?? throw ApiException.Validation($"Referenced role '{reference.Name}' does not exist");
        return new ResolvedRole(reference, id);
    }

    /// <summary>Resolves the <c>roleRef</c> of a validated body.</summary>
    /// <exception cref="ApiException">400 when there is no such role.</exception>
    public static Task<ResolvedRole> ResolveAsync(DbSession session, JsonFields body)
    {
        var reference = body.Object("roleRef")!.Value;
        return ResolveAsync(session, new RoleRef(RoleRef.RoleKind, reference.Text("name")!, reference.Text("apiGroup")));
    }
}
