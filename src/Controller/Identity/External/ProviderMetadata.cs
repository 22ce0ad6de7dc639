using Controller.Hosting;

namespace Controller.Identity.External;

/// <summary>What a provider says of itself in its discovery document (OpenID Connect Discovery 3).</summary>
internal sealed record ProviderMetadata
{
    /// <summary>The only <c>iss</c> that is accepted.</summary>
    public required string Issuer { get; init; }

    public required Uri JwksUri { get; init; }

    public required Uri? AuthorizationEndpoint { get; init; }

    public required Uri? TokenEndpoint { get; init; }

    public required Uri? UserInfoEndpoint { get; init; }

    public required Uri? RevocationEndpoint { get; init; }

    /// <summary>How a client may prove itself at the token endpoint; null when it is not said.</summary>
    public required IReadOnlyList<string>? TokenAuthMethods { get; init; }

    /// <summary>The same for the revocation endpoint.</summary>
    public required IReadOnlyList<string>? RevocationAuthMethods { get; init; }

    /// <summary>Every authorization response carries <c>iss</c> (RFC 9207).</summary>
    public required bool NamesItselfInResponses { get; init; }

    /// <exception cref="IdentityProviderException">A field that every provider has is missing, or an endpoint is not to be trusted.</exception>
    public static ProviderMetadata Parse(JsonFields document, bool allowHttp)
    {
        Uri? Endpoint(string name)
        {
            if (document.Text(name) is not { Length: > 0 } text)
            {
                return null;
            }

            return Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || (allowHttp && url.Scheme == Uri.UriSchemeHttp))
                ? url
                : throw new IdentityProviderException($"The discovery document's {name} is no https URL");
        }

        var tokenMethods = document.Texts("token_endpoint_auth_methods_supported");
        return new ProviderMetadata
        {
            Issuer = document.Text("issuer") is { Length: > 0 } issuer ? issuer : throw Missing("issuer"),
            JwksUri = Endpoint("jwks_uri") ?? throw Missing("jwks_uri"),
            AuthorizationEndpoint = Endpoint("authorization_endpoint"),
            TokenEndpoint = Endpoint("token_endpoint"),
            UserInfoEndpoint = Endpoint("userinfo_endpoint"),
            RevocationEndpoint = Endpoint("revocation_endpoint"),
            TokenAuthMethods = tokenMethods,
            RevocationAuthMethods = document.Texts("revocation_endpoint_auth_methods_supported") ?? tokenMethods,
            NamesItselfInResponses = document.Flag("authorization_response_iss_parameter_supported") ?? false,
        };
    }

    /// <summary>The failure of a request that needs <paramref name="field"/>.</summary>
    public static IdentityProviderException Missing(string field) => new($"The discovery document has no {field}");
}
