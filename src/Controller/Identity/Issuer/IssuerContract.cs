using System.Text.Json.Serialization;

namespace Controller.Identity.Issuer;

/// <summary>An error of the issuer's endpoints (RFC 6749 5.2).</summary>
internal sealed record OidcErrorBody(string Error, string ErrorDescription);

/// <summary>The answer of the token endpoint (RFC 6749 5.1, OpenID Connect Core 3.1.3.3).</summary>
internal sealed record TokenBody(string AccessToken, long ExpiresIn, string IdToken, string? RefreshToken, string Scope)
{
    public string TokenType => "Bearer";
}

/// <summary>The answer of <c>/me</c>; what the scope does not allow is left out.</summary>
internal sealed record UserInfoBody(string Sub, string? PreferredUsername, string? Email, IReadOnlyList<string>? Groups);

/// <summary>The answer to a pushed request (RFC 9126 2.2).</summary>
internal sealed record PushedRequestBody(string RequestUri, long ExpiresIn);

/// <summary>A public signing key (RFC 7517).</summary>
internal sealed record JwkBody(string Kty, string N, string E, string Kid, string Alg, string Use);

internal sealed record JwksBody(IReadOnlyList<JwkBody> Keys);

/// <summary>What the issuer can do (OpenID Connect Discovery 3).</summary>
internal sealed record DiscoveryBody
{
    private static readonly string[] ClientMethods = ["client_secret_basic", "client_secret_post", "none"];

    public required string Issuer { get; init; }

    public string AuthorizationEndpoint => $"{Issuer}/auth";

    public string TokenEndpoint => $"{Issuer}/token";

    public string JwksUri => $"{Issuer}/jwks";

    public string UserinfoEndpoint => $"{Issuer}/me";

    public string EndSessionEndpoint => $"{Issuer}/session/end";

    public string RevocationEndpoint => $"{Issuer}/revoke";

    public string PushedAuthorizationRequestEndpoint => $"{Issuer}/request";

    public IReadOnlyList<string> ResponseTypesSupported { get; } = ["code"];

    public IReadOnlyList<string> ResponseModesSupported => AuthorizationTarget.Modes;

    public IReadOnlyList<string> GrantTypesSupported { get; } = ["authorization_code", "refresh_token"];

    public IReadOnlyList<string> CodeChallengeMethodsSupported { get; } = ["S256"];

    public IReadOnlyList<string> PromptValuesSupported { get; } = ["none", "login", "consent", "select_account"];

    public IReadOnlyList<string> TokenEndpointAuthMethodsSupported => ClientMethods;

    public IReadOnlyList<string> RevocationEndpointAuthMethodsSupported => ClientMethods;

    public IReadOnlyList<string> IdTokenSigningAlgValuesSupported { get; } = ["RS256"];

    public IReadOnlyList<string> SubjectTypesSupported { get; } = ["public"];

    public IReadOnlyList<string> ScopesSupported => Scopes.All;

    public IReadOnlyList<string> ClaimsSupported { get; } =
        ["sub", "email", "preferred_username", "groups", "iss", "aud", "exp", "iat", "nonce", "at_hash", "auth_time"];

    public bool AuthorizationResponseIssParameterSupported => true;

    public bool RequestParameterSupported => false;

    /// <summary>Of URIs elsewhere; those of pushed requests are.</summary>
    public bool RequestUriParameterSupported => false;

    public bool ClaimsParameterSupported => false;

    public bool RequirePushedAuthorizationRequests => false;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OidcErrorBody))]
[JsonSerializable(typeof(TokenBody))]
[JsonSerializable(typeof(UserInfoBody))]
[JsonSerializable(typeof(PushedRequestBody))]
[JsonSerializable(typeof(JwksBody))]
[JsonSerializable(typeof(DiscoveryBody))]
internal sealed partial class IssuerJson : JsonSerializerContext;
