using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Controller.Configuration;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Identity.Issuer;

/// <summary>
/// Sign-ins that wait for a user (auth-rbac 4, 5.3). Three secrets meet: the uid, which goes to the Console and names
/// the interaction; the resume cookie, which only the browser that began it has; and the resume token, which only
/// whoever signed in is given. Without the cookie an attacker could sign a victim in as the attacker; without the
/// token an attacker could lend the own uid to a victim and resume as the victim.
/// </summary>
internal sealed class IssuerInteractions(ControllerSettings settings, TimeProvider time)
{
    /// <summary>Query parameter of the resume URL.</summary>
    public const string ResumeToken = "resume_token";

    private TimeSpan Lifetime => settings.Auth.Lifetimes.Interaction;

    /// <summary>Begins an interaction for a request.</summary>
    /// <returns>Its uid and how long it lives.</returns>
    public async Task<(string Uid, TimeSpan Lifetime)> BeginAsync(DbSession session, AuthorizationRequest request)
    {
        var uid = RandomText.Create();
        await PutAsync(session, uid, new InteractionRecord(request), time.Now() + Lifetime);
        return (uid, Lifetime);
    }

    /// <summary>A live interaction; null when there is none.</summary>
    public async Task<InteractionRecord?> FindAsync(DbSession session, string uid) =>
        Read(await IssuerStateStore.FindAsync(session, IssuerModel.Interaction, SessionTokens.HashOf(uid), time.GetUtcNow()));

    /// <summary>As <see cref="FindAsync"/>, held until the transaction ends.</summary>
    public async Task<InteractionRecord?> LockAsync(DbSession session, string uid) =>
        Read(await IssuerStateStore.LockAsync(session, IssuerModel.Interaction, SessionTokens.HashOf(uid), time.GetUtcNow()));

    /// <summary>Records who signed in.</summary>
    /// <returns>Where the browser goes on.</returns>
    public async Task<string> CompleteAsync(DbSession session, string uid, InteractionRecord interaction, UserRow user)
    {
        var token = RandomText.Create();
        var now = time.Now();
        var done = interaction with
        {
            AccountId = user.Id,
            Stamp = IssuerAccounts.StampOf(user),
            AuthTime = now.ToUnixTimeSeconds(),
            ResumeHash = SessionTokens.HashOf(token),
        };
        await PutAsync(session, uid, done, now + Lifetime);
        return $"{settings.Auth.IssuerUrl}/auth/{uid}?{ResumeToken}={token}";
    }

    public static Task EndAsync(DbSession session, string uid) =>
        IssuerStateStore.DeleteAsync(session, IssuerModel.Interaction, SessionTokens.HashOf(uid));

    /// <summary>Whether a token is the one that was given to whoever signed in.</summary>
    public static bool IsResumeToken(InteractionRecord interaction, string? token) =>
        token is not null
        && interaction.ResumeHash is { } hash
        && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(SessionTokens.HashOf(token)), Encoding.ASCII.GetBytes(hash));

    /// <summary>The Console's page for an interaction.</summary>
    public string PageOf(string uid) => $"{settings.Console.Url}{settings.Auth.OauthInteractionUrl}?interaction={uid}";

    private static InteractionRecord? Read(IssuerStateRow? row) =>
        row is null ? null : IssuerRecordJson.Read(row.Payload, IssuerRecordJson.Default.InteractionRecord);

    private Task PutAsync(DbSession session, string uid, InteractionRecord record, DateTimeOffset expiresAt)
    {
        var payload = JsonSerializer.Serialize(record, IssuerRecordJson.Default.InteractionRecord);
        return IssuerStateStore.PutAsync(session, new IssuerState(IssuerModel.Interaction, SessionTokens.HashOf(uid), payload, expiresAt), time.Now());
    }
}
