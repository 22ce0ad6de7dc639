using System.Text.Json;
using Controller.Configuration;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Identity.Issuer;

/// <summary>What a code was given for.</summary>
/// <param name="GrantId">The grant behind it.</param>
/// <param name="User">Who granted; null when the grant has ended or the account has.</param>
/// <param name="Code">The code's content.</param>
internal sealed record Redemption(string GrantId, UserRow? User, CodeRecord Code);

/// <summary>Authorization codes: for a minute and for one use (RFC 6749 4.1.2).</summary>
internal sealed class AuthorizationCodes(ControllerSettings settings, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    /// <summary>A code for a user who is signed in.</summary>
    /// <param name="session">A transaction.</param>
    /// <param name="request">What for.</param>
    /// <param name="user">Who.</param>
    /// <param name="authTime">Since when, in seconds since 1970.</param>
    /// <param name="browserSession">Id of the session in which it is granted.</param>
    public async Task<string> IssueAsync(DbSession session, AuthorizationRequest request, UserRow user, long authTime, string browserSession)
    {
        var now = time.Now();
        var code = RandomText.Create();
        var grantId = RandomText.Create();
        var grant = new GrantRecord(user.Id, IssuerAccounts.StampOf(user), request.ClientId);
        var record = new CodeRecord(
            request.ClientId, request.Target.RedirectUri, request.Scope, request.Nonce, request.CodeChallenge, request.MaxAge is null ? null : authTime);
        var ends = Scopes.Holds(request.Scope, Scopes.OfflineAccess) ? null : SessionTokens.HashOf(browserSession);
        var grantLifetime = settings.Auth.Lifetimes.Grant > Lifetime ? settings.Auth.Lifetimes.Grant : Lifetime;
        await IssuerStateStore.PutAsync(
            session,
            new IssuerState(
                IssuerModel.Grant, grantId, JsonSerializer.Serialize(grant, IssuerRecordJson.Default.GrantRecord), now + grantLifetime, grantId, ends),
            now);
        await IssuerStateStore.PutAsync(
            session,
            new IssuerState(
                IssuerModel.Code,
                SessionTokens.HashOf(code),
                JsonSerializer.Serialize(record, IssuerRecordJson.Default.CodeRecord),
                now + Lifetime,
                grantId),
            now);
        return code;
    }

    /// <summary>
    /// Uses a code up. One that was used before ends the grant and every token that came of it: either its thief or its
    /// owner comes second. Commit in either case.
    /// </summary>
    /// <returns>Null when the code is not good for this client with these parameters.</returns>
    public async Task<Redemption?> RedeemAsync(DbSession session, IssuerClient client, string code, string? redirectUri, string? verifier)
    {
        var id = SessionTokens.HashOf(code);
        var row = await IssuerStateStore.LockAsync(session, IssuerModel.Code, id, time.GetUtcNow());
        if (row?.GrantId is not { } grantId
            || IssuerRecordJson.Read(row.Payload, IssuerRecordJson.Default.CodeRecord) is not { } record
            || record.ClientId != client.Id)
        {
            return null;
        }

        if (row.IsConsumed)
        {
            await IssuerStateStore.RevokeGrantAsync(session, grantId);
            return null;
        }

        if (record.RedirectUri != redirectUri || !Pkce.Matches(record.CodeChallenge, verifier))
        {
            return null;
        }

        await IssuerStateStore.ConsumeAsync(session, IssuerModel.Code, id, time.GetUtcNow());
        return new Redemption(grantId, await GrantOwnerAsync(session, grantId), record);
    }

    /// <summary>Remembers a used code for as long as what it gave lives, so that a second use is noticed.</summary>
    public Task RememberAsync(DbSession session, string code, DateTimeOffset until) =>
        IssuerStateStore.ExtendAsync(session, IssuerModel.Code, SessionTokens.HashOf(code), until, time.GetUtcNow());

    /// <summary>Who made a grant; null when it has ended, or the account has.</summary>
    public async Task<UserRow?> GrantOwnerAsync(DbSession session, string grantId) =>
        await IssuerStateStore.FindAsync(session, IssuerModel.Grant, grantId, time.GetUtcNow()) is { } row
        && IssuerRecordJson.Read(row.Payload, IssuerRecordJson.Default.GrantRecord) is { } grant
            ? await IssuerAccounts.FindAsync(session, grant.AccountId, grant.Stamp)
            : null;
}
