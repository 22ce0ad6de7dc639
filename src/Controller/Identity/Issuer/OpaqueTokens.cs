using System.Text.Json;
using Controller.Configuration;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Identity.Issuer;

/// <summary>New tokens whose ID token is signed once their transaction is committed.</summary>
/// <param name="AccessToken">Opaque.</param>
/// <param name="AccessLifetime">Of the access token.</param>
/// <param name="RefreshToken">Null without offline access.</param>
/// <param name="Scope">What they are for.</param>
/// <param name="IdToken">To be signed.</param>
/// <param name="IdTokenLifetime">Of the ID token.</param>
internal sealed record MintedTokens(
    string AccessToken, TimeSpan AccessLifetime, string? RefreshToken, string Scope, IdToken IdToken, TimeSpan IdTokenLifetime);

/// <summary>
/// The tokens of the token endpoint: opaque, stored under their hash, of no use as API bearers (auth-rbac 4). A refresh
/// token is used once; one that comes again ends its grant.
/// </summary>
internal sealed class OpaqueTokens(AuthorizationCodes codes, ControllerSettings settings, TimeProvider time)
{
    /// <summary>Tokens for a code that was redeemed in the same transaction; null when the user is gone.</summary>
    public async Task<MintedTokens?> MintAsync(DbSession session, string code, Redemption redemption)
    {
        if (redemption.User is not { } user)
        {
            return null;
        }

        var record = redemption.Code;
        var granted = new TokenRecord(record.ClientId, record.Scope, record.AuthTime);
        var minted = await MintAsync(session, redemption.GrantId, user, granted, record.Scope, record.Nonce);
        await codes.RememberAsync(session, code, minted.IdToken.IssuedAt + minted.AccessLifetime);
        return minted;
    }

    /// <summary>Tokens for a refresh token, which is used up. Commit in either case.</summary>
    /// <returns>Null when the refresh token is not good for this client.</returns>
    /// <exception cref="OidcException">More scope is asked for than was granted.</exception>
    public async Task<MintedTokens?> RefreshAsync(DbSession session, IssuerClient client, string refreshToken, string? scope)
    {
        var id = SessionTokens.HashOf(refreshToken);
        var row = await IssuerStateStore.LockAsync(session, IssuerModel.RefreshToken, id, time.GetUtcNow());
        if (row?.GrantId is not { } grantId
            || IssuerRecordJson.Read(row.Payload, IssuerRecordJson.Default.TokenRecord) is not { } granted
            || granted.ClientId != client.Id)
        {
            return null;
        }

        if (row.IsConsumed)
        {
            await IssuerStateStore.RevokeGrantAsync(session, grantId);
            return null;
        }

        if (await codes.GrantOwnerAsync(session, grantId) is not { } user)
        {
            return null;
        }

        var narrowed = Scopes.Narrow(granted.Scope, scope);
        await IssuerStateStore.ConsumeAsync(session, IssuerModel.RefreshToken, id, time.GetUtcNow());
        return await MintAsync(session, grantId, user, granted, narrowed, nonce: null);
    }

    /// <summary>Whose access token it is, and for what; null when it is none.</summary>
    public async Task<(UserRow User, string Scope)?> FindAsync(DbSession session, string accessToken) =>
        await IssuerStateStore.FindAsync(session, IssuerModel.AccessToken, SessionTokens.HashOf(accessToken), time.GetUtcNow()) is { GrantId: { } grantId } row
        && IssuerRecordJson.Read(row.Payload, IssuerRecordJson.Default.TokenRecord) is { } token
        && await codes.GrantOwnerAsync(session, grantId) is { } user
            ? (user, token.Scope)
            : null;

    /// <summary>Ends a token; a refresh token ends the whole grant (RFC 7009 2.1). One that is not live is no error.</summary>
    /// <exception cref="OidcException">It is another client's.</exception>
    public async Task RevokeAsync(DbSession session, IssuerClient client, string token)
    {
        var id = SessionTokens.HashOf(token);
        foreach (var model in new[] { IssuerModel.AccessToken, IssuerModel.RefreshToken })
        {
            if (await IssuerStateStore.LockAsync(session, model, id, time.GetUtcNow()) is not { } row)
            {
                continue;
            }

            if (IssuerRecordJson.Read(row.Payload, IssuerRecordJson.Default.TokenRecord)?.ClientId != client.Id)
            {
                throw OidcException.InvalidGrant("the token was issued to another client");
            }

            await (model == IssuerModel.RefreshToken && row.GrantId is { } grantId
                ? IssuerStateStore.RevokeGrantAsync(session, grantId)
                : IssuerStateStore.DeleteAsync(session, model, id));
        }
    }

    /// <param name="session">A transaction.</param>
    /// <param name="grantId">The grant that the tokens end with; it lives as long as they do.</param>
    /// <param name="user">Who granted.</param>
    /// <param name="granted">All that was granted; a refresh token keeps it.</param>
    /// <param name="scope">What the access token is for.</param>
    /// <param name="nonce">Of the request.</param>
    private async Task<MintedTokens> MintAsync(
        DbSession session, string grantId, UserRow user, TokenRecord granted, string scope, string? nonce)
    {
        var lifetimes = TokenLifetimes.Of(settings.Auth.Lifetimes, await AuthPolicyStore.ReadAsync(session));
        var now = time.Now();
        var accessToken = RandomText.Create();
        await PutAsync(session, IssuerModel.AccessToken, accessToken, granted with { Scope = scope }, now + lifetimes.Access, grantId);
        string? refreshToken = null;
        var ends = now + lifetimes.Access;
        if (Scopes.Holds(granted.Scope, Scopes.OfflineAccess))
        {
            refreshToken = RandomText.Create();
            await PutAsync(session, IssuerModel.RefreshToken, refreshToken, granted, now + lifetimes.Refresh, grantId);
            ends = now + lifetimes.Longest;
        }

        await IssuerStateStore.ExtendAsync(session, IssuerModel.Grant, grantId, ends, now);
        var idToken = new IdToken(user.Id, granted.ClientId, nonce, accessToken, granted.AuthTime, now);
        return new MintedTokens(accessToken, lifetimes.Access, refreshToken, scope, idToken, settings.Auth.Lifetimes.IdToken ?? lifetimes.Access);
    }

    private Task PutAsync(DbSession session, string model, string token, TokenRecord record, DateTimeOffset expiresAt, string grantId) =>
        IssuerStateStore.PutAsync(
            session,
            new IssuerState(
                model, SessionTokens.HashOf(token), JsonSerializer.Serialize(record, IssuerRecordJson.Default.TokenRecord), expiresAt, grantId),
            time.Now());
}
