using Controller.Hosting;
using Controller.Sql;

namespace Controller.Identity.Issuer;

/// <summary><c>/revoke</c> (RFC 7009).</summary>
internal sealed class RevocationEndpoint(ClientAuthentication authentication, OpaqueTokens tokens, Database database)
{
    public async Task RevokeAsync(HttpContext context, OidcParameters parameters)
    {
        var client = authentication.Authenticate(context, parameters);
        var token = parameters["token"] ?? throw OidcException.InvalidRequest("token is required");
        await database.WriteAsync(s => tokens.RevokeAsync(s, client, token), cancel: context.RequestAborted);
        await context.RespondAsync(200);
    }
}
