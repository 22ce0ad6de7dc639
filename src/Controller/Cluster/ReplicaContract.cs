using System.Text.Json.Serialization;
using Controller.Hosting;

namespace Controller.Cluster;

/// <summary>A replica of the Controller (api-platform 5).</summary>
internal sealed record ReplicaBody(
    string Uuid, string? Host, int? ProcessId, DateTimeOffset? LastHeartbeat, bool IsActive, DateTimeOffset? CreatedAt, DateTimeOffset? UpdatedAt);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(IsoTimeConverter)])]
[JsonSerializable(typeof(ReplicaBody))]
[JsonSerializable(typeof(IReadOnlyList<ReplicaBody>))]
internal sealed partial class ReplicaJson : JsonSerializerContext;
