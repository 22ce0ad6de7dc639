using System.Net;
using System.Text;

namespace Controller.Identity.Issuer;

/// <summary>
/// Who calls the token, revocation or pushed request endpoint (RFC 6749 2.3): <c>client_secret_basic</c>,
/// <c>client_secret_post</c>, or a public client by its id alone. Wrong secrets count for the rate limit.
/// </summary>
internal sealed class ClientAuthentication(IssuerClients clients, AuthRateLimit limit)
{
    private const string Scheme = "Basic ";

    /// <exception cref="OidcException">401 <c>invalid_client</c>, or 400 when it identifies itself in two ways.</exception>
    /// <exception cref="Hosting.ApiException">429 after too many wrong secrets.</exception>
    public IssuerClient Authenticate(HttpContext context, OidcParameters parameters)
    {
        var (id, secret) = Credentials(context, parameters);
        var client = clients.Find(id);
        if (client is not null && (client.IsPublic ? secret is null : secret is not null && clients.HasSecret(client, secret)))
        {
            return client;
        }

        limit.Count(context);
        throw OidcException.InvalidClient("client authentication failed");
    }

    private static (string? Id, string? Secret) Credentials(HttpContext context, OidcParameters parameters)
    {
        var header = context.Request.Headers.Authorization.ToString();
        if (header.Length == 0)
        {
            return (parameters["client_id"], parameters["client_secret"]);
        }

        if (Basic(header) is not { } basic)
        {
            throw OidcException.InvalidClient("malformed authorization header");
        }

        if (parameters["client_secret"] is not null || (parameters["client_id"] is { } id && id != basic.Id))
        {
            throw OidcException.InvalidRequest("the client must identify itself in one way");
        }

        return (basic.Id, basic.Secret);
    }

    /// <summary>Id and secret are form-encoded before base64 (RFC 6749 2.3.1).</summary>
    private static (string Id, string Secret)? Basic(string header)
    {
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var encoded = header[Scheme.Length..].Trim();
        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, bytes, out var length))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : (WebUtility.UrlDecode(text[..colon]), WebUtility.UrlDecode(text[(colon + 1)..]));
    }
}
