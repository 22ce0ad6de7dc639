using System.Text.Json.Serialization;

namespace Controller.Architectures;

/// <summary>One architecture (api-workloads 2).</summary>
internal sealed record ArchitectureBody(int Id, string Name, string Image, string Description);

internal sealed record ArchitectureListBody(IReadOnlyList<ArchitectureBody> Architectures);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ArchitectureListBody))]
internal sealed partial class ArchitectureJson : JsonSerializerContext;
