using System.Text.Json;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Identity.Issuer;

/// <summary>Authorization requests that a client leaves with the issuer before it sends the browser (RFC 9126). For a minute and one use.</summary>
internal sealed class PushedRequests(Database database, TimeProvider time)
{
    private const string Prefix = "urn:ietf:params:oauth:request_uri:";

    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    /// <returns>The <c>request_uri</c> for the browser.</returns>
    public async Task<string> PutAsync(AuthorizationRequest request, CancellationToken cancel)
    {
        var id = RandomText.Create();
        var now = time.Now();
        var payload = JsonSerializer.Serialize(request, IssuerRecordJson.Default.AuthorizationRequest);
        await database.WriteAsync(
            s => IssuerStateStore.PutAsync(s, new IssuerState(IssuerModel.PushedRequest, SessionTokens.HashOf(id), payload, now + Lifetime), now),
            Durability.Relaxed,
            cancel);
        return Prefix + id;
    }

    /// <summary>The request behind a URI, which is used up.</summary>
    /// <exception cref="OidcException">There is none of this client.</exception>
    public async Task<AuthorizationRequest> TakeAsync(IssuerClient client, string requestUri, CancellationToken cancel)
    {
        var id = requestUri.StartsWith(Prefix, StringComparison.Ordinal) ? SessionTokens.HashOf(requestUri[Prefix.Length..]) : "";
        var request = await database.WriteAsync(
            async s =>
            {
                var row = await IssuerStateStore.LockAsync(s, IssuerModel.PushedRequest, id, time.GetUtcNow());
                if (row is null
                    || IssuerRecordJson.Read(row.Payload, IssuerRecordJson.Default.AuthorizationRequest) is not { } found
                    || found.ClientId != client.Id)
                {
                    return null;
                }

                await IssuerStateStore.DeleteAsync(s, IssuerModel.PushedRequest, id);
                return found;
            },
            Durability.Relaxed,
            cancel);
        return request ?? throw new OidcException("invalid_request_uri", "request_uri is unknown, used or expired");
    }
}
