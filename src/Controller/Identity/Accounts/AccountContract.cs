using System.Text.Json.Serialization;
using Controller.Hosting;

namespace Controller.Identity;

/// <summary>A local account (auth-rbac 8).</summary>
internal sealed record UserBody(
    string Id,
    string Email,
    IReadOnlyList<string> Groups,
    bool MustChangePassword,
    bool MfaEnabled,
    bool IsBootstrap,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt);

/// <summary>A group of local accounts (auth-rbac 8).</summary>
internal sealed record GroupBody(
    long Id, string Name, bool IsSystem, bool MfaRequired, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>A password that its user has to replace at the next login.</summary>
internal sealed record TemporaryPasswordBody(string TemporaryPassword, bool MustChangePassword);

/// <summary>A one-time token to set a password with. <paramref name="ExpiresIn"/>: seconds.</summary>
internal sealed record ResetTokenBody(string ResetToken, int ExpiresIn);

/// <summary>The new signing key. <paramref name="RestartRequired"/> is always true: clients show it, though nothing needs a restart.</summary>
internal sealed record RotatedKeyBody(string Kid, DateTimeOffset RotatedAt, bool RestartRequired);

/// <summary>An account for an external identity provider: no hashes, no secrets.</summary>
internal sealed record ExportedUser(string Id, string Email, IReadOnlyList<string> Groups);

internal sealed record ExportedGroup(long Id, string Name, bool IsSystem);

/// <summary>What one takes to an external identity provider (auth-rbac 8.3).</summary>
internal sealed record MigrationExportBody(
    DateTimeOffset ExportedAt, string AuthMode, IReadOnlyList<ExportedUser> Users, IReadOnlyList<ExportedGroup> Groups);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(IsoTimeConverter)])]
[JsonSerializable(typeof(UserBody))]
[JsonSerializable(typeof(IReadOnlyList<UserBody>))]
[JsonSerializable(typeof(GroupBody))]
[JsonSerializable(typeof(IReadOnlyList<GroupBody>))]
[JsonSerializable(typeof(TemporaryPasswordBody))]
[JsonSerializable(typeof(ResetTokenBody))]
[JsonSerializable(typeof(RotatedKeyBody))]
[JsonSerializable(typeof(MigrationExportBody))]
internal sealed partial class AccountJson : JsonSerializerContext;
