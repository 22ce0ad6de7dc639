using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Identity.Issuer;

/// <summary>Accounts as the issuer's records name them.</summary>
internal static class IssuerAccounts
{
    /// <summary>
    /// Names the account's present password without telling anything of it. Sessions, grants and tokens carry it, so
    /// that they end when the password is changed or reset.
    /// </summary>
    public static string StampOf(UserRow user) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(user.PasswordHash)).AsSpan(0, 12));

    /// <summary>An account that is not deleted and still has the password it had; otherwise null.</summary>
    public static async Task<UserRow?> FindAsync(DbSession session, string id, string stamp) =>
        await UserStore.FindAsync(session, id) is { DeletedAt: null } user && StampOf(user) == stamp ? user : null;
}
