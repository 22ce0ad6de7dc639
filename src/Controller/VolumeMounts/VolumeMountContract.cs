using System.Text.Json.Serialization;

namespace Controller.VolumeMounts;

/// <summary>A volume mount (api-platform 11): one of the two sources is null.</summary>
internal sealed record VolumeMountBody(string Uuid, string Name, string? ConfigMapName, string? SecretName, int Version);

/// <summary>The nodes that have a volume mount.</summary>
internal sealed record VolumeMountLinksBody(IReadOnlyList<string> FogUuids);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(VolumeMountBody))]
[JsonSerializable(typeof(IReadOnlyList<VolumeMountBody>))]
[JsonSerializable(typeof(VolumeMountLinksBody))]
internal sealed partial class VolumeMountJson : JsonSerializerContext;
