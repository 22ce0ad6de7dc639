using System.Text.Json.Serialization;

namespace Controller.Tunnels;

/// <summary>A tunnel as its operator sees it (api-platform 7). <paramref name="Status"/>: <c>open</c> or <c>closed</c>, as it was asked for.</summary>
internal sealed record TunnelStateBody(string? Username, string? Host, int? RemotePort, int? LocalPort, string Status);

/// <summary>A tunnel in the list (ours); neither password nor key (decision 21).</summary>
internal sealed record TunnelListItem(string IofogUuid, string? Username, string? Host, int? RemotePort, int? LocalPort, string Status);

internal sealed record TunnelListBody(IReadOnlyList<TunnelListItem> Tunnels);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TunnelStateBody))]
[JsonSerializable(typeof(TunnelListBody))]
internal sealed partial class TunnelJson : JsonSerializerContext;
