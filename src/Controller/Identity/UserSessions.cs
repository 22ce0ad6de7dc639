using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Identity;

/// <summary>A user's sessions: refresh tokens, and the issuer's own for browsers. Access tokens that are out live until they expire.</summary>
internal static class UserSessions
{
    /// <summary>Ends all of them.</summary>
    /// <param name="session">A transaction.</param>
    /// <param name="userId">Whose. One that is no UUID has no sessions with the issuer.</param>
    /// <param name="now">The time.</param>
    public static async Task EndAllAsync(DbSession session, string userId, DateTimeOffset now)
    {
        await RefreshTokenStore.RevokeAllAsync(session, userId, now);
        if (Guid.TryParseExact(userId, "D", out var id))
        {
            await IssuerStateStore.EndSessionsAsync(session, id);
        }
    }
}
