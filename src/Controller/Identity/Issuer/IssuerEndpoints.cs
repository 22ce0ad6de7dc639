using System.Buffers.Text;
using Controller.Configuration;
using Controller.Hosting;
using Controller.Logging;
using Controller.Sql;
using Microsoft.IdentityModel.Tokens;

namespace Controller.Identity.Issuer;

/// <summary>
/// The embedded OpenID provider under <c>/oidc</c>, beside the API (auth-rbac 4): it has its own error form, and is
/// used by browsers and clients of the issuer, not by those of the API.
/// </summary>
internal static class IssuerEndpoints
{
    private const string Base = "/oidc";

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var settings = services.GetRequiredService<ControllerSettings>();
        if (settings.Auth.Mode != AuthMode.Embedded)
        {
            return;
        }

        var requests = services.GetRequiredService<RequestLog>();
        var keys = services.GetRequiredService<SigningKeys>();
        var authorization = services.GetRequiredService<AuthorizationEndpoint>();
        var tokens = services.GetRequiredService<TokenEndpoint>();
        var userInfo = services.GetRequiredService<UserInfoEndpoint>();
        var endSession = services.GetRequiredService<EndSessionEndpoint>();
        var discovery = new DiscoveryBody { Issuer = settings.Auth.IssuerUrl! };

        Get("/.well-known/openid-configuration", context =>
        {
            context.Response.Headers.CacheControl = "public, max-age=300";
            return context.RespondAsync(200, discovery, IssuerJson.Default.DiscoveryBody);
        });

        Get("/jwks", async context =>
        {
            var published = await keys.PublishedAsync(context.RequestAborted);

            // Short: a new key must be seen before the tokens that it signs are doubted.
            context.Response.Headers.CacheControl = "public, max-age=60";
            await context.RespondAsync(200, new JwksBody([.. published.Select(Jwk)]), IssuerJson.Default.JwksBody);
        });

        Get("/auth", context => authorization.BeginAsync(context, OidcParameters.OfQuery(context)));
        Post("/auth", authorization.BeginAsync);
        Get("/auth/{uid}", context => authorization.ResumeAsync(context, context.PathValue("uid")));
        Post("/token", tokens.GrantAsync);
        Get("/me", context => userInfo.TellAsync(context, null));
        MapTo("POST", "/me", async context => await userInfo.TellAsync(
            context, context.Request.ContentLength is null or 0 ? null : await OidcParameters.ReadFormAsync(context)));
        Get("/session/end", context => endSession.EndAsync(context, OidcParameters.OfQuery(context)));
        Post("/session/end", endSession.EndAsync);
        Post("/revoke", services.GetRequiredService<RevocationEndpoint>().RevokeAsync);
        Post("/request", services.GetRequiredService<PushedRequestEndpoint>().PushAsync);

        void Get(string path, RequestDelegate handler) => MapTo("GET", path, handler);

        void Post(string path, Func<HttpContext, OidcParameters, Task> handler) =>
            MapTo("POST", path, async context => await handler(context, await OidcParameters.ReadFormAsync(context)));

        void MapTo(string method, string path, RequestDelegate handler) => endpoints.MapMethods(
            Base + path,
            [method],
            async context =>
            {
                requests.Received(context);
                context.Response.Headers.CacheControl = "no-store";
                try
                {
                    await handler(context);
                }
                catch (OidcException e)
                {
                    await RefuseAsync(context, e);
                }
            });
    }

    private static Task RefuseAsync(HttpContext context, OidcException error)
    {
        if (error.Status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"oidc\"";
        }

        return context.RespondAsync(error.Status, new OidcErrorBody(error.Error, error.Message), IssuerJson.Default.OidcErrorBody);
    }

    private static JwkBody Jwk(VerificationKey key)
    {
        var parameters = ((RsaSecurityKey)key.Key).Parameters; // We make no others.
        return new JwkBody(
            "RSA", Base64Url.EncodeToString(parameters.Modulus), Base64Url.EncodeToString(parameters.Exponent), key.Key.KeyId, "RS256", "sig");
    }
}
