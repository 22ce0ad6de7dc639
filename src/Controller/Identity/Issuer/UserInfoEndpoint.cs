using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Identity.Issuer;

/// <summary><c>/me</c>: what the scope of an access token allows to know of its user (OpenID Connect Core 5.3).</summary>
internal sealed class UserInfoEndpoint(OpaqueTokens tokens, Database database)
{
    private const string Scheme = "Bearer ";

    public async Task TellAsync(HttpContext context, OidcParameters? form)
    {
        if (Token(context, form) is not { } token)
        {
            // Without a token there is no error to tell of (RFC 6750 3.1).
            context.Response.Headers.WWWAuthenticate = "Bearer realm=\"oidc\"";
            await context.RespondAsync(401, new OidcErrorBody("invalid_token", "no access token provided"), IssuerJson.Default.OidcErrorBody);
            return;
        }

        var claims = await database.ReadAsync(s => ClaimsAsync(s, token), context.RequestAborted);
        if (claims is null)
        {
            const string description = "the access token is unknown, revoked or expired";
            context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"oidc\", error=\"invalid_token\", error_description=\"{description}\"";
            await context.RespondAsync(401, new OidcErrorBody("invalid_token", description), IssuerJson.Default.OidcErrorBody);
            return;
        }

        await context.RespondAsync(200, claims, IssuerJson.Default.UserInfoBody);
    }

    private static string? Token(HttpContext context, OidcParameters? form)
    {
        var header = context.Request.Headers.Authorization.ToString();
        var fromHeader = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : null;
        var fromForm = form?["access_token"];
        return fromHeader is not null && fromForm is not null
            ? throw OidcException.InvalidRequest("the access token was given in two ways")
            : fromHeader ?? fromForm;
    }

    private async Task<UserInfoBody?> ClaimsAsync(DbSession session, string token)
    {
        if (await tokens.FindAsync(session, token) is not { } found)
        {
            return null;
        }

        var (user, scope) = found;
        return new UserInfoBody(
            user.Id,
            Scopes.Holds(scope, Scopes.Profile) ? user.Email : null,
            Scopes.Holds(scope, Scopes.Email) && user.Email.Contains('@', StringComparison.Ordinal) ? user.Email : null,
            Scopes.Holds(scope, Scopes.Groups) ? [.. (await UserStore.MembershipsAsync(session, user.Id)).Select(m => m.Group)] : null);
    }
}
