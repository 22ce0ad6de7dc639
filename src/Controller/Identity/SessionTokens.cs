using System.Security.Cryptography;
using System.Text;
using Controller.Configuration;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Identity;

/// <summary>A recorded session whose tokens are signed once its transaction is committed.</summary>
/// <param name="RefreshId"><c>jti</c> of the new refresh token.</param>
internal sealed record SessionGrant(TokenSubject Subject, TokenLifetimes Lifetimes, string RefreshId, string FamilyId);

/// <summary>Token pairs: recorded in a transaction, signed after it.</summary>
internal sealed class SessionTokens(TokenIssuer issuer, ControllerSettings settings)
{
    /// <summary>What is stored instead of a <c>jti</c>.</summary>
    public static string HashOf(string id) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)));

    public static TokenSubject SubjectOf(UserRow user, IEnumerable<MembershipRow> memberships, DateTimeOffset now) => new(
        user.Id, user.Email, [.. memberships.Select(m => m.Group)], user.MustChangePassword, DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds()));

    public TokenLifetimes LifetimesBy(AuthPolicy policy) => TokenLifetimes.Of(settings.Auth.Lifetimes, policy);

    /// <summary>Records a refresh token.</summary>
    /// <param name="session">A transaction.</param>
    /// <param name="subject">For whom.</param>
    /// <param name="policy">The policy in force.</param>
    /// <param name="familyId">The family it continues; null at a login, which founds one.</param>
    public async Task<SessionGrant> RecordAsync(DbSession session, TokenSubject subject, AuthPolicy policy, string? familyId = null)
    {
        var grant = new SessionGrant(subject, LifetimesBy(policy), Guid.NewGuid().ToString("D"), familyId ?? Guid.NewGuid().ToString("D"));
        await RefreshTokenStore.PurgeAsync(session, subject.UserId, subject.IssuedAt);
        await RefreshTokenStore.InsertAsync(
            session, HashOf(grant.RefreshId), subject.UserId, grant.FamilyId, subject.IssuedAt + grant.Lifetimes.Refresh, subject.IssuedAt);
        return grant;
    }

    public async ValueTask<TokenPair> SignAsync(SessionGrant grant, CancellationToken cancel) => new(
        await issuer.AccessTokenAsync(grant.Subject, grant.Lifetimes.Access, cancel),
        await issuer.RefreshTokenAsync(grant.Subject, grant.RefreshId, grant.FamilyId, grant.Lifetimes.Refresh, cancel));
}
