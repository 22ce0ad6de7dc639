using System.Text.Json.Serialization;

namespace Controller.Agents;

/// <summary>Answer to a provisioning (agent-wire 5).</summary>
internal sealed record ProvisionedBody(string Uuid, string PrivateKey, string Namespace);

/// <summary>A version command (agent-wire 14). <paramref name="ExpirationTime"/>: milliseconds since 1970.</summary>
internal sealed record VersionCommandBody(
    string VersionCommand,
    string ProvisionKey,
    long ExpirationTime,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Semver);

/// <summary>An SSH tunnel (agent-wire 13).</summary>
internal sealed record TunnelBody(
    long Id, string? Username, string? Password, string? Host, int? Rport, int? Lport, string? Rsakey, bool Closed, string IofogUuid);

internal sealed record TunnelAnswer(TunnelBody Tunnel);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ProvisionedBody))]
[JsonSerializable(typeof(VersionCommandBody))]
[JsonSerializable(typeof(TunnelAnswer))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class AgentNodeJson : JsonSerializerContext;
