using System.Text.Json.Serialization;

namespace Controller.Status;

/// <summary>The answer to the status call (runtime 2.7), compact: installers search it for <c>"status":"online"</c>.</summary>
internal sealed record StatusBody(
    string Status,
    long Timestamp,
    double UptimeSec,
    VersionsBody Versions,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Message = null);

/// <summary>The Console's version keeps its old name.</summary>
internal sealed record VersionsBody(
    string Controller,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? EcnViewer);

/// <summary>The process lives, whatever else may be wrong.</summary>
internal sealed record LiveBody(string Status, long Timestamp, double UptimeSec);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StatusBody))]
[JsonSerializable(typeof(LiveBody))]
internal sealed partial class StatusJson : JsonSerializerContext;
