using Controller.AccessControl;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Identity;

/// <summary>What operators see of themselves: the token's words, and whether a second factor is on.</summary>
internal sealed class Profiles(Database database)
{
    public async Task<ProfileBody> OfAsync(OperatorIdentity identity, CancellationToken cancel) => new(
        identity.Subject,
        identity.Username.Contains('@', StringComparison.Ordinal) ? identity.Username : null,
        identity.Username,
        identity.Groups,
        identity.PasswordChangeRequired,
        await database.ReadAsync(s => UserStore.HasMfaAsync(s, identity.Subject), cancel));
}
