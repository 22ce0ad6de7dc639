using System.Buffers.Text;
using System.Text.Json;

namespace Controller.Identity;

/// <summary>What a verified token says: one of ours (auth-rbac 3.1 and 3.2), or an external issuer's (auth-rbac 10.1).</summary>
internal sealed record TokenClaims
{
    /// <summary><c>token_use</c> of an API bearer.</summary>
    public const string Access = "access";

    /// <summary><c>token_use</c> of a refresh token.</summary>
    public const string Refresh = "refresh";

    /// <summary>Empty where an external issuer leaves it out.</summary>
    public required string Subject { get; init; }

    public required string? Use { get; init; }

    /// <summary>First non-empty of preferred_username, username, email, sub (auth-rbac 10.1).</summary>
    public required string Username { get; init; }

    /// <summary>Roles and groups of all claims that may name them, in order, lower case.</summary>
    public required IReadOnlyList<string> Groups { get; init; }

    public required bool PasswordChangeRequired { get; init; }

    public required string? Id { get; init; }

    public required string? FamilyId { get; init; }

    public required DateTimeOffset Expires { get; init; }

    /// <summary>Reads the payload of a token whose signature, issuer, audience and times have been checked.</summary>
    /// <param name="payload">Base64url.</param>
    /// <param name="clientId">Whose roles count.</param>
    /// <returns>Null when it names nobody.</returns>
    public static TokenClaims? Parse(string payload, string clientId)
    {
        using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(payload));
        var claims = document.RootElement;
        var subject = Text(claims, "sub");
        var username = Text(claims, "preferred_username") ?? Text(claims, "username") ?? Text(claims, "email") ?? subject;
        return username is null
            ? null
            : new TokenClaims
            {
                Subject = subject ?? "",
                Use = Text(claims, "token_use"),
                Username = username,
                Groups = [.. ClientRoles(claims, clientId), .. Texts(claims, "roles"), .. Texts(claims, "groups")],
                PasswordChangeRequired = claims.TryGetProperty("password_change_required", out var due) && due.ValueKind == JsonValueKind.True,
                Id = Text(claims, "jti"),
                FamilyId = Text(claims, "family_id"),
                Expires = claims.TryGetProperty("exp", out var exp) && exp.TryGetInt64(out var seconds)
                    ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                    : DateTimeOffset.MinValue,
            };
    }

    private static string? Text(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    /// <summary><c>resource_access[client].roles</c>, where Keycloak writes the roles of a client.</summary>
    private static string[] ClientRoles(JsonElement claims, string clientId) =>
        claims.TryGetProperty("resource_access", out var resources) && resources.ValueKind == JsonValueKind.Object
        && resources.TryGetProperty(clientId, out var client) && client.ValueKind == JsonValueKind.Object
            ? Texts(client, "roles")
            : [];

    private static string[] Texts(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Where(i => i.ValueKind == JsonValueKind.String).Select(i => i.GetString()!.ToLowerInvariant())]
            : [];
}
