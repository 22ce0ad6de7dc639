using System.Text.Json.Serialization;

namespace Controller.Identity.Browser;

/// <summary>A browser's session as it is stored (auth-rbac 5).</summary>
internal sealed record BrowserSessionData(SignInAttempt? ControllerOauth);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(BrowserSessionData))]
internal sealed partial class BrowserJson : JsonSerializerContext;
