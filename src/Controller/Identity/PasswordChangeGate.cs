using Controller.AccessControl;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Identity;

/// <summary>Asks the database, so that changing the password opens the gate for the token in use (auth-rbac 10.5).</summary>
internal sealed class PasswordChangeGate(Database database) : IPasswordChangeGate
{
    public async ValueTask<bool> IsDueAsync(OperatorIdentity identity, CancellationToken cancel) =>
        await database.ReadAsync(s => UserStore.FindAsync(s, identity.Subject), cancel) is not { DeletedAt: null, MustChangePassword: false };
}
