using Controller.AccessControl;
using Controller.Hosting;
using Controller.Roles;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Microservices;

/// <summary>
/// What the microservices of one request refer to. Each thing is looked up once, whichever of them asks first; fogs, their
/// ports and the names of the application for all of them together.
/// </summary>
/// <param name="session">Session of the caller's transaction.</param>
/// <param name="bodies">Everything that is going to be created or changed.</param>
internal sealed class MicroserviceReferences(DbSession session, IReadOnlyList<JsonFields> bodies)
{
    private readonly Dictionary<string, Dictionary<int, string>> _portOwners = new(StringComparer.Ordinal);
    private readonly Dictionary<long, CatalogChoice?> _items = [];
    private readonly Dictionary<long, bool> _registries = [];
    private readonly Dictionary<string, ResolvedRole> _roles = new(StringComparer.Ordinal);
    private readonly List<MicroserviceRow> _created = [];
    private Dictionary<string, FogTarget>? _fogsByUuid;
    private Dictionary<string, FogTarget>? _fogsByName;
    private HashSet<string>? _names;

    /// <summary>For one microservice.</summary>
    public MicroserviceReferences(DbSession session, JsonFields body)
        : this(session, [body])
    {
    }

    public DbSession Session => session;

    /// <summary>What this request has created so far; it is written at the end.</summary>
    public IReadOnlyList<MicroserviceRow> Created => _created;

    public void Add(MicroserviceRow created) => _created.Add(created);

    /// <summary>The fog a body names; its uuid wins over its name.</summary>
    public async Task<FogTarget?> FogAsync(JsonFields body)
    {
        await LoadFogsAsync();
        return NonEmpty(body.Text("iofogUuid")) is { } uuid ? _fogsByUuid!.GetValueOrDefault(uuid)
            : NonEmpty(body.Text("agentName")) is { } name ? _fogsByName!.GetValueOrDefault(name)
            : null;
    }

    /// <summary>The fog of a uuid that a stored row holds.</summary>
    public async Task<FogTarget?> FogAsync(string uuid)
    {
        await LoadFogsAsync();
        if (!_fogsByUuid!.TryGetValue(uuid, out var fog) && await FogTargetStore.FindAsync(session, uuid) is { } found)
        {
            Keep(fog = found);
        }

        return fog;
    }

    public async Task<FogTarget?> FogByNameAsync(string name)
    {
        await LoadFogsAsync();
        if (!_fogsByName!.TryGetValue(name, out var fog) && await FogTargetStore.FindByNameAsync(session, name) is { } found)
        {
            Keep(fog = found);
        }

        return fog;
    }

    public async Task<CatalogChoice?> CatalogItemAsync(long id)
    {
        if (!_items.TryGetValue(id, out var item))
        {
            _items[id] = item = await CatalogChoiceStore.FindAsync(session, id);
        }

        return item;
    }

    public async Task<bool> RegistryExistsAsync(long id)
    {
        if (!_registries.TryGetValue(id, out var exists))
        {
            _registries[id] = exists = await CatalogChoiceStore.RegistryExistsAsync(session, id);
        }

        return exists;
    }

    /// <exception cref="ApiException">400 when there is no role of this name.</exception>
    public async Task<ResolvedRole> RoleAsync(string name)
    {
        if (!_roles.TryGetValue(name, out var role))
        {
            _roles[name] = role = await RoleResolver.ResolveAsync(session, new RoleRef(RoleRef.RoleKind, name));
        }

        return role;
    }

    /// <summary>Takes a name in an application; false when another microservice has it. All bodies are of one application.</summary>
    public async Task<bool> TakeNameAsync(long applicationId, string name)
    {
        _names ??= [.. await MicroserviceStore.ListNamesAsync(session, applicationId, bodies.Select(b => b.Text("name")).OfType<string>())];
        return _names.Add(name);
    }

    /// <summary>Takes ports of a fog for a microservice instead of those it has. The fog is locked until the transaction ends.</summary>
    /// <returns>The first port that is taken by another, or twice in the list; null when all were free.</returns>
    public async Task<int?> TakePortsAsync(string fogUuid, IEnumerable<int> ports, string owner)
    {
        if (!_portOwners.ContainsKey(fogUuid))
        {
            await LoadPortsAsync(fogUuid);
        }

        ReleasePorts(owner);
        var owners = _portOwners[fogUuid];
        foreach (var port in ports)
        {
            if (!owners.TryAdd(port, owner))
            {
                return port;
            }
        }

        return null;
    }

    /// <summary>A microservice has no ports any more, on whatever fog it was.</summary>
    public void ReleasePorts(string owner)
    {
        foreach (var owners in _portOwners.Values)
        {
            foreach (var port in owners.Where(o => o.Value == owner).Select(o => o.Key).ToList())
            {
                owners.Remove(port);
            }
        }
    }

    private async Task LoadFogsAsync()
    {
        if (_fogsByUuid is not null)
        {
            return;
        }

        (_fogsByUuid, _fogsByName) = (new(StringComparer.Ordinal), new(StringComparer.Ordinal));
        var uuids = bodies.Select(b => NonEmpty(b.Text("iofogUuid"))).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var names = bodies.Where(b => NonEmpty(b.Text("iofogUuid")) is null).Select(b => NonEmpty(b.Text("agentName"))).OfType<string>()
            .Distinct(StringComparer.Ordinal).ToList();
        if (uuids.Count + names.Count > 0)
        {
            (await FogTargetStore.ListAsync(session, uuids, names)).ForEach(Keep);
        }
    }

    private void Keep(FogTarget fog)
    {
        _fogsByUuid![fog.Uuid] = fog;
        _fogsByName![fog.Name] = fog;
    }

    /// <summary>Of every fog that the request names, in one go.</summary>
    private async Task LoadPortsAsync(string fogUuid)
    {
        await LoadFogsAsync();
        var fogs = _fogsByUuid!.Keys.Append(fogUuid).Distinct(StringComparer.Ordinal).Where(f => !_portOwners.ContainsKey(f))
            .Order(StringComparer.Ordinal).ToList();
        await FogTargetStore.LockAsync(session, fogs);
        fogs.ForEach(f => _portOwners[f] = []);
        foreach (var (fog, port, owner) in await PortStore.ListAsync(session, fogs))
        {
            _portOwners[fog].TryAdd(port, owner);
        }
    }

    private static string? NonEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
