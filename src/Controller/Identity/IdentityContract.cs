using System.Text.Json.Serialization;

namespace Controller.Identity;

/// <summary>The answer to a login and a refresh (auth-rbac 6.1).</summary>
/// <param name="AccessToken">API bearer.</param>
/// <param name="RefreshToken">Absent when an external issuer gives none.</param>
internal sealed record TokenPair(
    string AccessToken,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? RefreshToken);

/// <summary>Who is signed in (auth-rbac 6.3).</summary>
/// <param name="Email">Absent for names that are no e-mail address.</param>
internal sealed record ProfileBody(
    string Sub,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Email,
    [property: JsonPropertyName("preferred_username")] string PreferredUsername,
    IReadOnlyList<string> Groups,
    [property: JsonPropertyName("password_change_required")] bool PasswordChangeRequired,
    bool MfaEnabled);

/// <summary>Says that something was done.</summary>
internal sealed record StatusBody(string Status)
{
    public static StatusBody Success { get; } = new("success");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TokenPair))]
[JsonSerializable(typeof(ProfileBody))]
[JsonSerializable(typeof(StatusBody))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class IdentityJson : JsonSerializerContext;
