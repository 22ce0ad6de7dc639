using System.Text.Json.Serialization;
using Controller.Hosting;

namespace Controller.Secrets;

/// <summary>A secret without its data, as lists, creates and changes answer it (api-platform 9).</summary>
internal sealed record SecretBody(
    long Id,
    string Name,
    string Type,
    [property: JsonPropertyName("created_at")] DateTimeOffset? CreatedAt,
    [property: JsonPropertyName("updated_at")] DateTimeOffset? UpdatedAt);

internal sealed record SecretListBody(IReadOnlyList<SecretBody> Secrets);

/// <summary>A secret with its data in clear; those of a <c>tls</c> secret in base64.</summary>
internal sealed record SecretDataBody(
    long Id,
    string Name,
    string Type,
    IReadOnlyDictionary<string, string> Data,
    [property: JsonPropertyName("created_at")] DateTimeOffset? CreatedAt,
    [property: JsonPropertyName("updated_at")] DateTimeOffset? UpdatedAt);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(IsoTimeConverter)])]
[JsonSerializable(typeof(SecretBody))]
[JsonSerializable(typeof(SecretListBody))]
[JsonSerializable(typeof(SecretDataBody))]
internal sealed partial class SecretJson : JsonSerializerContext;
