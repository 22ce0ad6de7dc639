using System.Text.Json.Serialization;
using Controller.Hosting;

namespace Controller.Router;

/// <summary>The default router (api-platform 6).</summary>
internal sealed record DefaultRouterBody(string Host, int MessagingPort, int? EdgeRouterPort, int? InterRouterPort);

/// <summary>Answer to a change: the stored row.</summary>
internal sealed record DefaultRouterSavedBody(
    long Id,
    bool IsEdge,
    int? MessagingPort,
    int? EdgeRouterPort,
    int? InterRouterPort,
    string? Host,
    bool IsDefault,
    string? IofogUuid,
    DateTimeOffset? CreatedAt,
    DateTimeOffset? UpdatedAt);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(IsoTimeConverter)])]
[JsonSerializable(typeof(DefaultRouterBody))]
[JsonSerializable(typeof(DefaultRouterSavedBody))]
internal sealed partial class DefaultRouterJson : JsonSerializerContext;
