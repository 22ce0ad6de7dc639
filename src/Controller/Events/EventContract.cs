using System.Text.Json.Serialization;
using Controller.Hosting;

namespace Controller.Events;

/// <summary>An audit event as operators see it (api-platform 17.1); what is not known is null.</summary>
internal sealed record EventBody(
    long Id,
    long Timestamp,
    string EventType,
    string EndpointType,
    string? ActorId,
    string? Method,
    string? ResourceType,
    string? ResourceId,
    string EndpointPath,
    string? IpAddress,
    string Status,
    int? StatusCode,
    string? StatusMessage,
    string? RequestId,
    DateTimeOffset? CreatedAt,
    DateTimeOffset? UpdatedAt);

internal sealed record EventListAnswer(IReadOnlyList<EventBody> Events, long Total, int Limit, long Offset);

/// <summary>What a deletion did (api-platform 17.2). <paramref name="DeletedBefore"/> is null when all went.</summary>
internal sealed record EventDeletionAnswer(long DeletedCount, DateTimeOffset? DeletedBefore, DateTimeOffset DeletedAt, bool DeletedAll);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(IsoTimeConverter)])]
[JsonSerializable(typeof(EventListAnswer))]
[JsonSerializable(typeof(EventDeletionAnswer))]
internal sealed partial class EventJson : JsonSerializerContext;
