namespace Controller.Identity.Issuer;

/// <summary>What a client may ask for (auth-rbac 4).</summary>
internal static class Scopes
{
    public const string OpenId = "openid";
    public const string Profile = "profile";
    public const string Email = "email";
    public const string Groups = "groups";

    /// <summary>A refresh token; only for clients that can keep a secret (ours, see the documentation of the issuer).</summary>
    public const string OfflineAccess = "offline_access";

    public static readonly IReadOnlyList<string> All = [OpenId, Profile, Email, Groups, OfflineAccess];

    /// <summary>Those of the wanted scopes that the client gets; unknown ones are no error.</summary>
    /// <exception cref="OidcException"><c>openid</c> is missing.</exception>
    public static string Grant(string? wanted, IssuerClient client)
    {
        var granted = Split(wanted).Distinct().Where(s => All.Contains(s) && !(s == OfflineAccess && client.IsPublic)).ToList();
        return granted.Contains(OpenId) ? string.Join(' ', granted) : throw new OidcException("invalid_scope", "the scope must contain openid");
    }

    public static bool Holds(string scope, string one) => Split(scope).Contains(one);

    /// <summary>The scope of a refreshed token: what is asked for, if it was granted (RFC 6749 6).</summary>
    /// <exception cref="OidcException">More is asked for than was granted.</exception>
    public static string Narrow(string granted, string? wanted) => wanted is null ? granted
        : Split(wanted).All(s => Holds(granted, s)) && Holds(wanted, OpenId) ? string.Join(' ', Split(wanted).Distinct())
        : throw new OidcException("invalid_scope", "the scope exceeds what was granted");

    private static string[] Split(string? scope) => scope?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
}
