namespace Controller.Identity.Issuer;

/// <summary>A refusal in the words of OAuth: <c>{ "error", "error_description" }</c> (RFC 6749 5.2).</summary>
/// <param name="error">Error code of the specifications.</param>
/// <param name="description">For developers of the client; ASCII without quotes.</param>
/// <param name="status">When it is answered directly and not by redirect.</param>
internal sealed class OidcException(string error, string description, int status = 400) : Exception(description)
{
    public string Error { get; } = error;

    public int Status { get; } = status;

    public static OidcException InvalidRequest(string description) => new("invalid_request", description);

    public static OidcException InvalidGrant(string description) => new("invalid_grant", description);

    public static OidcException InvalidClient(string description) => new("invalid_client", description, 401);
}
