using System.Text.Json;
using Controller.Configuration;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Identity.Issuer;

/// <summary>A browser's live session at the issuer.</summary>
/// <param name="Id">As the cookie has it.</param>
/// <param name="User">Who is signed in.</param>
/// <param name="AuthTime">Since when, in seconds since 1970.</param>
internal sealed record IssuerSession(string Id, UserRow User, long AuthTime);

/// <summary>
/// Sessions of browsers at the issuer. Stored under a hash of their id, which is new at every sign-in. A session ends
/// when its time is over, when the user signs out or is deleted, and when the password changes.
/// </summary>
internal sealed class IssuerSessions(ControllerSettings settings, TimeProvider time)
{
    /// <summary>The session with the id of a cookie; null when there is none.</summary>
    public async Task<IssuerSession?> FindAsync(DbSession session, string? id)
    {
        var row = id is null ? null : await IssuerStateStore.FindAsync(session, IssuerModel.Session, SessionTokens.HashOf(id), time.GetUtcNow());
        return row is not null
            && IssuerRecordJson.Read(row.Payload, IssuerRecordJson.Default.SessionRecord) is { } record
            && await IssuerAccounts.FindAsync(session, record.AccountId, record.Stamp) is { } user
            ? new IssuerSession(id!, user, record.AuthTime)
            : null;
    }

    /// <summary>Opens a session in place of the browser's former one.</summary>
    /// <param name="session">A transaction.</param>
    /// <param name="user">Who has signed in.</param>
    /// <param name="authTime">When.</param>
    /// <param name="formerId">Of the browser's session so far.</param>
    /// <returns>Its id and how long it lives.</returns>
    public async Task<(string Id, TimeSpan Lifetime)> BeginAsync(DbSession session, UserRow user, long authTime, string? formerId)
    {
        if (formerId is not null)
        {
            await EndAsync(session, formerId);
        }

        var policy = await AuthPolicyStore.ReadAsync(session);
        var lifetime = settings.Auth.Lifetimes.Session ?? TokenLifetimes.Of(settings.Auth.Lifetimes, policy).Refresh;
        var id = RandomText.Create();
        var record = new SessionRecord(user.Id, IssuerAccounts.StampOf(user), authTime);
        var now = time.Now();
        var payload = JsonSerializer.Serialize(record, IssuerRecordJson.Default.SessionRecord);
        await IssuerStateStore.PutAsync(session, new IssuerState(IssuerModel.Session, SessionTokens.HashOf(id), payload, now + lifetime), now);
        return (id, lifetime);
    }

    /// <summary>Ends a session, and with it the grants made in it that were not for offline access.</summary>
    public static async Task EndAsync(DbSession session, string id)
    {
        var hash = SessionTokens.HashOf(id);
        await IssuerStateStore.DeleteByUidAsync(session, hash);
        await IssuerStateStore.DeleteAsync(session, IssuerModel.Session, hash);
    }
}
