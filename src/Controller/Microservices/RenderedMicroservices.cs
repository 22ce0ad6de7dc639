using Controller.Agents;

namespace Controller.Microservices;

/// <summary>Many microservices as JSON, by name. What is in here does not change, except for their status.</summary>
internal sealed class RenderedMicroservices
{
    private readonly Node[] _nodes;

    public RenderedMicroservices(IReadOnlyList<RenderedMicroservice> byName)
    {
        ByName = byName;
        ByApplication = byName.ToLookup(m => m.ApplicationId);
        _nodes = [.. byName.GroupBy(m => m.FogUuid).Select(g => new Node(g.Key, [.. g]))];
    }

    public IReadOnlyList<RenderedMicroservice> ByName { get; }

    public ILookup<long?, RenderedMicroservice> ByApplication { get; }

    /// <summary>Gives all of them their newest status; one caller at a time.</summary>
    public void ShowNewest(Fleet fleet, Telemetry telemetry)
    {
        foreach (var node in _nodes)
        {
            node.ShowNewest(fleet, telemetry);
        }
    }

    /// <summary>The microservices of one fog. Most fogs have reported nothing new since the last list.</summary>
    private sealed class Node(string? fogUuid, RenderedMicroservice[] microservices)
    {
        private bool _isShown;
        private FogEntry? _entry;
        private long _version;

        public void ShowNewest(Fleet fleet, Telemetry telemetry)
        {
            var entry = fogUuid is null ? null : fleet.Find(fogUuid);
            // Taken before the values: a report in between is looked at again next time.
            var version = entry is null ? 0 : Volatile.Read(ref entry.Telemetry.Version);
            if (_isShown && ReferenceEquals(entry, _entry) && version == _version)
            {
                return;
            }

            foreach (var microservice in microservices)
            {
                microservice.Show(telemetry.Newest(entry, microservice.Stored));
            }

            (_isShown, _entry, _version) = (true, entry, version);
        }
    }
}
