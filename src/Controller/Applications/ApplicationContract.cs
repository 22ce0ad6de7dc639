using System.Text.Json.Serialization;
using Controller.Hosting;
using Controller.Microservices;

namespace Controller.Applications;

/// <summary>An application as operators see it (api-workloads 4.3). <see cref="ApplicationLists"/> needs the microservices last.</summary>
internal sealed record ApplicationBody(
    long Id,
    string Name,
    string Description,
    bool IsActivated,
    bool IsSystem,
    bool NatsAccess,
    DateTimeOffset? CreatedAt,
    DateTimeOffset? UpdatedAt,
    NatsConfigBody NatsConfig,
    IReadOnlyList<MicroserviceBody> Microservices);

internal sealed record ApplicationList(IReadOnlyList<ApplicationBody> Applications);

internal sealed record ApplicationCreated(long Id, string Name);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(IsoTimeConverter)])]
[JsonSerializable(typeof(ApplicationBody))]
[JsonSerializable(typeof(ApplicationList))]
[JsonSerializable(typeof(ApplicationCreated))]
internal sealed partial class ApplicationJson : JsonSerializerContext;
