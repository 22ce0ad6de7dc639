using System.Globalization;

namespace Controller.Identity.Issuer;

/// <summary>An authorization request that was found right, as it is kept while the user signs in.</summary>
internal sealed record AuthorizationRequest
{
    public required string ClientId { get; init; }

    public required AuthorizationTarget Target { get; init; }

    /// <summary>The scopes granted.</summary>
    public required string Scope { get; init; }

    public string? Nonce { get; init; }

    /// <summary>S256 challenge.</summary>
    public string? CodeChallenge { get; init; }

    /// <summary>The user must give the password again.</summary>
    public bool MustSignIn { get; init; }

    /// <summary>The user must not be asked anything.</summary>
    public bool MustNotAsk { get; init; }

    /// <summary>Most seconds since the user signed in; null = any.</summary>
    public long? MaxAge { get; init; }

    /// <summary>The user that the client expects; null = any.</summary>
    public string? ExpectedSubject { get; init; }

    /// <summary>Reads the parameters of a request (RFC 6749 4.1.1, OpenID Connect Core 3.1.2.1).</summary>
    /// <param name="parameters">Those of the request.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="target">Where the answer goes.</param>
    /// <param name="expectedSubject">From the verified <c>id_token_hint</c>.</param>
    /// <exception cref="OidcException">To be sent to <paramref name="target"/>.</exception>
    public static AuthorizationRequest Parse(
        OidcParameters parameters, IssuerClient client, AuthorizationTarget target, string? expectedSubject)
    {
        if (parameters["request"] is not null)
        {
            throw new OidcException("request_not_supported", "request objects are not supported");
        }

        if (parameters["registration"] is not null)
        {
            throw new OidcException("registration_not_supported", "registration is not supported");
        }

        if (parameters["response_type"] != "code")
        {
            throw parameters["response_type"] is null
                ? OidcException.InvalidRequest("response_type is required")
                : new OidcException("unsupported_response_type", "response_type must be code");
        }

        AuthorizationTarget.CheckMode(parameters["response_mode"]);
        var prompts = Prompts(parameters["prompt"]);
        return new AuthorizationRequest
        {
            ClientId = client.Id,
            Target = target,
            Scope = Scopes.Grant(parameters["scope"], client),
            Nonce = parameters["nonce"],
            CodeChallenge = Pkce.ReadChallenge(parameters, client),
            MustSignIn = prompts.Contains("login") || prompts.Contains("select_account"),
            MustNotAsk = prompts.Contains("none"),
            MaxAge = MaxAgeOf(parameters["max_age"]),
            ExpectedSubject = expectedSubject,
        };
    }

    private static string[] Prompts(string? text)
    {
        var prompts = text?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (Array.Exists(prompts, p => p is not ("none" or "login" or "consent" or "select_account")))
        {
            throw OidcException.InvalidRequest("unknown prompt");
        }

        return prompts.Length > 1 && prompts.Contains("none") ? throw OidcException.InvalidRequest("prompt none stands alone") : prompts;
    }

    private static long? MaxAgeOf(string? text) =>
        text is null ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds
        : throw OidcException.InvalidRequest("max_age must be a number of seconds");
}
