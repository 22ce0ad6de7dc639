using System.Text.Json.Serialization;

namespace Controller.Identity.Interaction;

/// <summary>What the user must do next (auth-rbac 5.3).</summary>
internal sealed record StepBody(string Step);

/// <summary>A new second factor to put into an authenticator app.</summary>
internal sealed record EnrollBody(string Step, string Secret, string OtpauthUrl);

/// <summary>The second factor is on.</summary>
internal sealed record ConfirmEnrollBody(string Step, IReadOnlyList<string> RecoveryCodes);

/// <summary>The user is signed in; the browser goes on at <paramref name="RedirectTo"/>.</summary>
internal sealed record CompleteBody(string Step, string RedirectTo);

/// <summary>How far an interaction has come (auth-rbac 5.3).</summary>
/// <param name="UpdatedAt">Unix time in milliseconds.</param>
/// <param name="UserId">Whose password was right; null before.</param>
/// <param name="Stamp">Names that password (ours): when it is changed elsewhere, the interaction is void.</param>
/// <param name="MfaVerified">A code was right.</param>
/// <param name="EnrollmentStarted">A new second factor was shown.</param>
/// <param name="EnrollmentConfirmed">And confirmed.</param>
/// <param name="PasswordChanged">A password that had to be changed was.</param>
internal sealed record InteractionState(
    long UpdatedAt = 0,
    string? UserId = null,
    string? Stamp = null,
    bool MfaVerified = false,
    bool EnrollmentStarted = false,
    bool EnrollmentConfirmed = false,
    bool PasswordChanged = false);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StepBody))]
[JsonSerializable(typeof(EnrollBody))]
[JsonSerializable(typeof(ConfirmEnrollBody))]
[JsonSerializable(typeof(CompleteBody))]
[JsonSerializable(typeof(InteractionState))]
internal sealed partial class InteractionJson : JsonSerializerContext;
