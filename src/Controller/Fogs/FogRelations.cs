using Controller.Architectures;
using Controller.Platform;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Fogs;

/// <summary>What hangs on one fog or on all of them, read in a fixed number of queries.</summary>
internal sealed class FogRelations
{
    private readonly Dictionary<int, ArchitectureBody> _architectures;
    private readonly ILookup<string, string> _tags;
    private readonly ILookup<string, FogMountBody> _mounts;
    private readonly Dictionary<string, (PlatformSpec Spec, int Generation)> _specs;
    private readonly ILookup<string, FogRouterRow> _routers;
    private readonly ILookup<string, FogLinkRow> _routerLinks;
    private readonly ILookup<string, FogNatsRow> _nats;
    private readonly ILookup<string, FogLinkRow> _natsLinks;

    private FogRelations(
        List<ArchitectureRow> architectures, List<(string Fog, string Tag)> tags, List<FogMountRow> mounts, List<FogSpecRow> specs,
        List<FogRouterRow> routers, List<FogLinkRow> routerLinks, List<FogNatsRow> nats, List<FogLinkRow> natsLinks)
    {
        _architectures = architectures.ToDictionary(a => a.Id, a => new ArchitectureBody(a.Id, a.Name, a.Image, a.Description));
        _tags = tags.ToLookup(t => t.Fog, t => t.Tag, StringComparer.Ordinal);
        _mounts = mounts.ToLookup(m => m.FogUuid, m => new FogMountBody(m.Name, m.Version, m.ConfigMapName, m.SecretName), StringComparer.Ordinal);
        _specs = specs.ToDictionary(s => s.FogUuid, s => (PlatformSpec.Parse(s.Json), s.Generation), StringComparer.Ordinal);
        _routers = routers.ToLookup(r => r.FogUuid, StringComparer.Ordinal);
        _routerLinks = routerLinks.ToLookup(l => l.FogUuid, StringComparer.Ordinal);
        _nats = nats.ToLookup(n => n.FogUuid, StringComparer.Ordinal);
        _natsLinks = natsLinks.ToLookup(l => l.FogUuid, StringComparer.Ordinal);
    }

    /// <summary>Reads for one fog, or with null for all.</summary>
    public static async Task<FogRelations> LoadAsync(DbSession session, string? fogUuid) => new(
        await ArchitectureStore.ListAsync(session),
        await FogRelationStore.ListTagsAsync(session, fogUuid),
        await FogRelationStore.ListMountsAsync(session, fogUuid),
        fogUuid is null ? await FogPlatformStore.ListSpecsAsync(session)
            : await FogPlatformStore.FindSpecAsync(session, fogUuid) is { } spec ? [spec] : [],
        await FogRelationStore.ListRoutersAsync(session, fogUuid),
        await FogRelationStore.ListRouterLinksAsync(session, fogUuid),
        await FogRelationStore.ListNatsAsync(session, fogUuid),
        await FogRelationStore.ListNatsLinksAsync(session, fogUuid));

    public ArchitectureBody? Architecture(int id) => _architectures.GetValueOrDefault(id);

    public IReadOnlyList<string> Tags(string fogUuid) => [.. _tags[fogUuid]];

    public IReadOnlyList<FogMountBody> Mounts(string fogUuid) => [.. _mounts[fogUuid]];

    /// <summary>Generation of the specification; null without one.</summary>
    public int? Generation(string fogUuid) => _specs.TryGetValue(fogUuid, out var spec) ? spec.Generation : null;

    /// <summary>The specification with what really runs laid over it.</summary>
    public PlatformSpec Platform(FogRow fog)
    {
        var platform = _specs.TryGetValue(fog.Uuid, out var stored) ? stored.Spec : new PlatformSpec();
        if (_routers[fog.Uuid].FirstOrDefault() is { } router)
        {
            platform = platform with
            {
                RouterMode = router.IsEdge ? "edge" : "interior",
                MessagingPort = router.MessagingPort,
                InterRouterPort = router.InterRouterPort,
                EdgeRouterPort = router.EdgeRouterPort,
                UpstreamRouters = Targets(_routerLinks[fog.Uuid], PlatformSpec.DefaultRouter),
            };
        }
        else if (fog.NetworkRouterIsDefault || fog.NetworkRouterFog is not null)
        {
            platform = platform with { NetworkRouter = fog.NetworkRouterIsDefault ? PlatformSpec.DefaultRouter : fog.NetworkRouterFog };
        }

        return _nats[fog.Uuid].FirstOrDefault() is not { } nats ? platform : platform with
        {
            NatsMode = nats.IsLeaf ? "leaf" : "server",
            NatsServerPort = nats.ServerPort,
            NatsLeafPort = nats.LeafPort,
            NatsClusterPort = nats.ClusterPort,
            NatsMqttPort = nats.MqttPort,
            NatsHttpPort = nats.HttpPort,
            JsStorageSize = nats.StorageSize,
            JsMemoryStoreSize = nats.MemoryStoreSize,
            UpstreamNatsServers = Targets(_natsLinks[fog.Uuid], PlatformSpec.DefaultNatsHub),
        };
    }

    private static List<string> Targets(IEnumerable<FogLinkRow> links, string alias) =>
        [.. links.Select(l => l.TargetIsDefault ? alias : l.TargetFog).OfType<string>()];
}
