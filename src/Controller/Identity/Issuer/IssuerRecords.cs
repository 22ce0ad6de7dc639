using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Controller.Identity.Issuer;

/// <summary>Kinds of stored records; sign-out knows the first three by name (auth-rbac 6.4).</summary>
internal static class IssuerModel
{
    public const string Session = "Session";
    public const string Grant = "Grant";
    public const string Interaction = "Interaction";
    public const string Code = "AuthorizationCode";
    public const string AccessToken = "AccessToken";
    public const string RefreshToken = "RefreshToken";
    public const string PushedRequest = "PushedAuthorizationRequest";
}

/// <summary>A browser in which a user is signed in at the issuer.</summary>
/// <param name="AccountId">User UUID.</param>
/// <param name="Stamp">See <see cref="IssuerAccounts.StampOf"/>.</param>
/// <param name="AuthTime">When, in seconds since 1970.</param>
internal sealed record SessionRecord(string AccountId, string Stamp, long AuthTime);

/// <summary>What a user has granted to a client. Codes and tokens end with it.</summary>
internal sealed record GrantRecord(string AccountId, string Stamp, string ClientId);

/// <summary>A user on the way to sign in.</summary>
/// <param name="Request">What for.</param>
/// <param name="AccountId">Who signed in; null until then.</param>
/// <param name="Stamp">As in <see cref="SessionRecord"/>.</param>
/// <param name="AuthTime">As in <see cref="SessionRecord"/>.</param>
/// <param name="ResumeHash">Hash of the token that only whoever signed in was given.</param>
internal sealed record InteractionRecord(
    AuthorizationRequest Request, string? AccountId = null, string? Stamp = null, long AuthTime = 0, string? ResumeHash = null);

/// <summary>An authorization code.</summary>
/// <param name="AuthTime">Null unless the client asked for it.</param>
internal sealed record CodeRecord(
    string ClientId, string RedirectUri, string Scope, string? Nonce, string? CodeChallenge, long? AuthTime);

/// <summary>An opaque access or refresh token.</summary>
internal sealed record TokenRecord(string ClientId, string Scope, long? AuthTime);

/// <summary>Compact JSON: sign-out searches it as text.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SessionRecord))]
[JsonSerializable(typeof(GrantRecord))]
[JsonSerializable(typeof(InteractionRecord))]
[JsonSerializable(typeof(CodeRecord))]
[JsonSerializable(typeof(TokenRecord))]
[JsonSerializable(typeof(AuthorizationRequest))]
internal sealed partial class IssuerRecordJson : JsonSerializerContext
{
    /// <summary>Null for what another Controller wrote in a form of its own.</summary>
    public static T? Read<T>(string payload, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(payload, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
