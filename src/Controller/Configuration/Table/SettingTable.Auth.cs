using static Controller.Configuration.SettingRows;

namespace Controller.Configuration;

/// <summary>Settings of operator identity.</summary>
internal static partial class SettingTable
{
    private static SettingDefinition[] Auth() =>
    [
        Choice("AUTH_MODE", "auth.mode", "embedded", ["embedded", "external"], "Own issuer, or an external one.") with
        {
            Refusal = "Invalid auth.mode \"{0}\". Must be embedded or external",
        },
        Url("OIDC_ISSUER_URL", "auth.issuerUrl", null, "URL of the external issuer. Required in external mode.") with { OtherKeys = ["auth.url"] },
        Text("OIDC_CLIENT_ID", "auth.client.id", null, "Client id of the API. Required in external mode.") with { DefaultNote = "`controller` in embedded mode" },
        Secret("OIDC_CLIENT_SECRET", "auth.client.secret", "Client secret of the API. Required in external mode.") with { DefaultNote = "generated in embedded mode" },
        Text("OIDC_CONSOLE_CLIENT_ID", "auth.consoleClient", "ecn-viewer", "Client id of the Console.") with { OtherKeys = ["auth.consoleClient.id"] },
        Switch("AUTH_CONSOLE_CLIENT_ENABLED", "auth.consoleClient.enabled", false, "Serve the Console as a client of its own."),
        Switch("AUTH_INSECURE_ALLOW_HTTP", "auth.insecureAllowHttp", false, "Allow http for the public URL and the issuer, and cookies that are not `Secure`."),
        Text("OIDC_BOOTSTRAP_ADMIN_USERNAME", "auth.bootstrap.username", null, "Name of the first administrator."),
        Secret("OIDC_BOOTSTRAP_ADMIN_PASSWORD", "auth.bootstrap.password", "Password of the first administrator."),
        Switch("AUTH_INSECURE_ALLOW_BOOTSTRAP_LOG", "auth.insecureAllowBootstrapLog", false, "Allow the first administrator's password to be printed once outside development mode."),
        Switch("AUTH_RATE_LIMIT_ENABLED", "auth.rateLimit.enabled", true, "Limit the rate of sign-in requests."),
        Number("AUTH_RATE_LIMIT_MAX_REQUESTS", "auth.rateLimit.maxRequestsPerWindow", 60, "Sign-in requests per window and client address."),
        Milliseconds("AUTH_RATE_LIMIT_WINDOW_MS", "auth.rateLimit.windowMs", 60000, "That window."),
        Choice("AUTH_SESSION_STORE_TYPE", "auth.sessionStore.type", null, ["memory", "database"], "Where browser sign-in sessions are kept.") with
        {
            DefaultNote = "`memory` for sqlite, else `database`",
        },
        PositiveNumber("AUTH_SESSION_STORE_TTL_MS", "auth.sessionStore.ttlMs", "600000", "ms", "Lifetime of a browser sign-in session and its cookie."),
        Secret("AUTH_SESSION_SECRET", "auth.sessionStore.secret", "Key of the session cookie.") with { DefaultNote = "generated and stored" },
        new()
        {
            Type = SettingType.TextList,
            Key = "auth.cookieKeys",
            Variables = ["OIDC_COOKIE_KEYS"],
            IsSecret = true,
            DefaultNote = "generated and stored",
            Summary = "Keys of the issuer's cookies, the newest first.",
        },
        Text(null, "auth.oauthInteractionUrl", "/login/oauth", "Path of the Console's sign-in page."),
        PositiveNumber("AUTH_OIDC_INTERACTION_TTL_SECONDS", "auth.oidcTtl.interactionTtlSeconds", null, "s", "Lifetime of a sign-in interaction.") with
        {
            DefaultNote = "AUTH_SESSION_STORE_TTL_MS",
        },
        PositiveNumber("AUTH_OIDC_GRANT_TTL_SECONDS", "auth.oidcTtl.grantTtlSeconds", null, "s", "Lifetime of a grant.") with
        {
            DefaultNote = "lifetime of an interaction",
        },
        PositiveNumber("AUTH_OIDC_SESSION_TTL_SECONDS", "auth.oidcTtl.sessionTtlSeconds", null, "s", "Lifetime of an issuer session.") with
        {
            DefaultNote = "lifetime of a refresh token",
        },
        PositiveNumber("AUTH_OIDC_ID_TOKEN_TTL_SECONDS", "auth.oidcTtl.idTokenTtlSeconds", null, "s", "Lifetime of an ID token.") with
        {
            DefaultNote = "lifetime of an access token",
        },
        PositiveNumber("AUTH_ACCESS_TOKEN_TTL_SECONDS", "auth.tokenTtl.accessTokenTtlSeconds", null, "s", "Lifetime of an access token.") with
        {
            DefaultNote = "policy in the database, at first 900",
        },
        PositiveNumber("AUTH_REFRESH_TOKEN_TTL_SECONDS", "auth.tokenTtl.refreshTokenTtlSeconds", null, "s", "Lifetime of a refresh token.") with
        {
            DefaultNote = "policy in the database, at first 3600",
        },
    ];
}
