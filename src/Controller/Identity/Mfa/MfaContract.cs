using System.Text.Json.Serialization;

namespace Controller.Identity;

/// <summary>Codes to keep for the day the authenticator is lost.</summary>
internal sealed record RecoveryCodesBody(IReadOnlyList<string> RecoveryCodes);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NewTotp))]
[JsonSerializable(typeof(RecoveryCodesBody))]
internal sealed partial class MfaJson : JsonSerializerContext;
