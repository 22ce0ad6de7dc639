using System.Text.Json.Serialization;
using Controller.Hosting;

namespace Controller.ConfigMaps;

/// <summary>A config map without its data, as lists, creates and changes answer it (api-platform 10).</summary>
internal sealed record ConfigMapBody(
    long Id,
    string Name,
    bool Immutable,
    bool UseVault,
    [property: JsonPropertyName("created_at")] DateTimeOffset? CreatedAt,
    [property: JsonPropertyName("updated_at")] DateTimeOffset? UpdatedAt);

internal sealed record ConfigMapListBody(IReadOnlyList<ConfigMapBody> ConfigMaps);

/// <summary>A config map with its data.</summary>
internal sealed record ConfigMapDataBody(
    long Id,
    string Name,
    bool Immutable,
    bool UseVault,
    IReadOnlyDictionary<string, string> Data,
    [property: JsonPropertyName("created_at")] DateTimeOffset? CreatedAt,
    [property: JsonPropertyName("updated_at")] DateTimeOffset? UpdatedAt);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(IsoTimeConverter)])]
[JsonSerializable(typeof(ConfigMapBody))]
[JsonSerializable(typeof(ConfigMapListBody))]
[JsonSerializable(typeof(ConfigMapDataBody))]
internal sealed partial class ConfigMapJson : JsonSerializerContext;
