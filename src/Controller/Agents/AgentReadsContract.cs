using System.Text.Json.Serialization;

namespace Controller.Agents;

/// <summary>A registry with its password in clear text (agent-wire 11).</summary>
internal sealed record AgentRegistryBody(long Id, string Url, bool IsPublic, string? Username, string? Password, string? UserEmail);

internal sealed record AgentRegistriesBody(IReadOnlyList<AgentRegistryBody> Registries);

/// <summary>A volume mount (agent-wire 12).</summary>
/// <param name="Type"><c>secret</c> or <c>configMap</c>; null when it has no source.</param>
/// <param name="Data">Base64 by file name.</param>
internal sealed record AgentVolumeMountBody(string Uuid, string Name, int Version, string? Type, IReadOnlyDictionary<string, string> Data);

internal sealed record AgentVolumeMountsBody(IReadOnlyList<AgentVolumeMountBody> VolumeMounts);

/// <summary>What of a log is shown (agent-wire 16.1); the times are ISO 8601.</summary>
internal sealed record TailConfigBody(int Lines, bool Follow, string? Since, string? Until);

/// <summary>A log session the agent should have open: of a microservice, or of the node.</summary>
internal sealed record AgentLogSessionBody(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? MicroserviceUuid,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? IofogUuid,
    string SessionId, TailConfigBody TailConfig, string Status, bool AgentConnected);

internal sealed record AgentLogSessionsBody(IReadOnlyList<AgentLogSessionBody> LogSessions);

/// <summary>An exec session the agent should have open (agent-wire 16.2).</summary>
internal sealed record AgentExecSessionBody(string MicroserviceUuid, string SessionId, string Status, bool AgentConnected);

internal sealed record AgentExecSessionsBody(IReadOnlyList<AgentExecSessionBody> ExecSessions);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AgentRegistriesBody))]
[JsonSerializable(typeof(AgentVolumeMountsBody))]
[JsonSerializable(typeof(AgentLogSessionsBody))]
[JsonSerializable(typeof(AgentExecSessionsBody))]
internal sealed partial class AgentReadsJson : JsonSerializerContext;
