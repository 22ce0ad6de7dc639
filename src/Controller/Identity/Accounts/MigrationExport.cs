using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Identity;

/// <summary>The accounts and groups to provision at an external identity provider (auth-rbac 8.3).</summary>
internal sealed class MigrationExport(Database database, TimeProvider time)
{
    public async Task<MigrationExportBody> CreateAsync(CancellationToken cancel)
    {
        var (users, groups) = await database.ReadAsync(async s => (await AccountStore.ListAsync(s), await GroupStore.ListAsync(s)), cancel);
        return new MigrationExportBody(
            time.GetUtcNow(),
            "embedded",
            users.ConvertAll(u => new ExportedUser(u.Id, u.Email, u.Groups)),
            groups.ConvertAll(g => new ExportedGroup(g.Id, g.Name, g.IsSystem)));
    }
}
