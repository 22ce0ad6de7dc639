using Controller.Identity.Browser;

namespace Controller.Identity.Issuer;

/// <summary>Registers the embedded OpenID provider.</summary>
internal static class IssuerServices
{
    public static IServiceCollection AddIssuer(this IServiceCollection services) => services
        .AddSingleton<IssuerClients>()
        .AddSingleton<ClientAuthentication>()
        .AddSingleton<IssuerCookies>()
        .AddSingleton<IssuerSessions>()
        .AddSingleton<IssuerInteractions>()
        .AddSingleton<AuthorizationCodes>()
        .AddSingleton<OpaqueTokens>()
        .AddSingleton<IdTokenHints>()
        .AddSingleton<PushedRequests>()
        .AddSingleton<AuthorizationEndpoint>()
        .AddSingleton<TokenEndpoint>()
        .AddSingleton<UserInfoEndpoint>()
        .AddSingleton<EndSessionEndpoint>()
        .AddSingleton<RevocationEndpoint>()
        .AddSingleton<PushedRequestEndpoint>()
        .AddSingleton<IBrowserSignIn, EmbeddedBrowserSignIn>();
}
