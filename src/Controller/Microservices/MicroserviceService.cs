using Controller.Agents;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Microservices;

/// <summary>
/// Creates and deletes microservices inside a caller's transaction, for the microservice routes, applications and the
/// Controller's own workloads. Bodies have passed their schema. Changing is in the other part of this class.
/// </summary>
internal sealed partial class MicroserviceService(
    MicroserviceEnvironment environment, MicroserviceVolumes volumes, ChangeNotifier changes, Fleet fleet, Telemetry telemetry, TimeProvider time)
{
    private const int DefaultSchedule = 50;
    private const int DefaultLogSize = 1;

    /// <summary>Creates the microservices of an application (api-workloads 6.4). Their bodies' own applications are not looked at.</summary>
    /// <exception cref="ApiException">The first of the contract's checks that fails.</exception>
    public Task CreateAsync(DbSession session, ApplicationRef application, IReadOnlyList<JsonFields> bodies) =>
        CreateAsync(new MicroserviceReferences(session, bodies), application, bodies);

    /// <inheritdoc cref="CreateAsync(DbSession, ApplicationRef, IReadOnlyList{JsonFields})"/>
    public async Task CreateAsync(MicroserviceReferences references, ApplicationRef application, IReadOnlyList<JsonFields> bodies)
    {
        var created = new List<NewMicroservice>(bodies.Count);
        foreach (var body in bodies)
        {
            created.Add(await PrepareAsync(references, () => Task.FromResult(application), body));
        }

        await AddAsync(references.Session, created);
    }

    /// <summary>Creates one microservice, finding its application only when its turn in the order of checks comes.</summary>
    public async Task<(string Uuid, string Name)> CreateAsync(DbSession session, Func<Task<ApplicationRef>> application, JsonFields body)
    {
        var created = await PrepareAsync(new MicroserviceReferences(session, body), application, body);
        await AddAsync(session, [created]);
        return (created.Row.Uuid, created.Row.Name);
    }

    /// <summary>Creates one of the Controller's own microservices on a fog.</summary>
    public async Task CreateSystemAsync(DbSession session, ApplicationRef application, FogTarget fog, JsonFields body, SystemOrigin origin) => await AddAsync(
        session,
        [await PrepareAsync(new MicroserviceReferences(session, body), fog, () => Task.FromResult(application), body, new NatsChoice(null, null), origin)]);

    /// <summary>Removes a microservice with everything below it (api-workloads 6.10). Whether that is allowed is the caller's question.</summary>
    public Task DeleteAsync(DbSession session, MicroserviceRow existing) => DeleteAsync(session, [existing]);

    /// <inheritdoc cref="DeleteAsync(DbSession, MicroserviceRow)"/>
    public async Task DeleteAsync(DbSession session, IReadOnlyCollection<MicroserviceRow> existing)
    {
        if (existing.Count == 0)
        {
            return;
        }

        await MicroserviceStore.DeleteAsync(session, [.. existing.Select(m => m.Uuid)]);
        foreach (var row in existing.Where(m => m.FogUuid is not null))
        {
            await changes.RaiseAsync(session, row.FogUuid!, row.Ports.Count > 0 ? ChangeFlags.Microservices : ChangeFlags.MicroserviceList);
        }
    }

    private async Task<NewMicroservice> PrepareAsync(MicroserviceReferences references, Func<Task<ApplicationRef>> application, JsonFields body)
    {
        MicroserviceNats.RefuseTopLevel(body.Element);
        var nats = await MicroserviceNats.ReadAsync(references.Session, body, time.GetUtcNow());
        var given = NonEmpty(body.Text("iofogUuid")) ?? NonEmpty(body.Text("agentName"))
            ?? throw ApiException.Validation("ioFog node is required.");
        var fog = await references.FogAsync(body) ?? throw MicroserviceErrors.UnknownFog(given);
        return await PrepareAsync(references, fog, application, body, nats, null);
    }

    /// <summary>All checks of a create; nothing is written yet.</summary>
    private async Task<NewMicroservice> PrepareAsync(
        MicroserviceReferences references, FogTarget fog, Func<Task<ApplicationRef>> findApplication, JsonFields body, NatsChoice nats,
        SystemOrigin? system)
    {
        var session = references.Session;
        var now = time.GetUtcNow();
        var uuid = system?.Uuid ?? Guid.NewGuid().ToString();
        var name = body.Text("name")!;
        RequireRuntime(body, fog);
        var images = await MicroserviceImages.ForCreateAsync(references, body, fog, name);
        var hosts = await MicroserviceHosts.ReadAsync(references, body, fog.Uuid) ?? [];
        var ports = MicroservicePorts.Read(body) ?? [];
        MicroservicePorts.RefuseReserved(ports);
        await MicroservicePorts.RequireFreeAsync(references, fog.Uuid, ports, uuid);
        var mappings = MicroserviceVolumes.Read(body) ?? [];
        var mounts = await volumes.CheckAsync(session, mappings);
        await RequireRegistryAsync(references, body);
        var application = await findApplication();
        MicroserviceNats.RequireAllowed(nats.Access == true, application);
        if (!await references.TakeNameAsync(application.Id, name))
        {
            throw MicroserviceErrors.DuplicateName(name);
        }

        var env = await environment.ReadAsync(session, body) ?? [];
        var role = await MicroserviceAccounts.ReadAsync(references, body);
        var cmd = body.Texts("cmd") ?? [];
        var cdi = body.Texts("cdiDevices") ?? [];
        var capAdd = body.Texts("capAdd") ?? [];
        var capDrop = body.Texts("capDrop") ?? [];
        var rebuild = env.Count + cmd.Count + cdi.Count + capAdd.Count + capDrop.Count + ports.Count > 0;

        var row = new MicroserviceRow
        {
            Uuid = uuid,
            Name = name,
            Config = JsonText.Normalize("config", body.Text("config") ?? ""),
            Annotations = JsonText.Normalize("annotations", body.Text("annotations") ?? ""),
            ConfigLastUpdated = now.ToUnixTimeMilliseconds(),
            Rebuild = rebuild,
            LogSize = body.Long("logSize") ?? DefaultLogSize,
            CreatedAt = now,
            UpdatedAt = now,
            CatalogItemId = images.CatalogItemId,
            RegistryId = images.RegistryId,
            FogUuid = fog.Uuid,
            ApplicationId = application.Id,
            ApplicationName = application.Name,
            RunAsUser = body.Text("runAsUser") ?? "",
            Platform = body.Text("platform") ?? "",
            Runtime = body.Text("runtime") ?? "",
            PidMode = body.Text("pidMode") ?? "",
            IpcMode = body.Text("ipcMode") ?? "",
            Schedule = system is null ? NonZero(body.Int("schedule")) ?? DefaultSchedule : body.Int("schedule") ?? 0,
            CpuSetCpus = body.Text("cpuSetCpus") ?? "",
            MemoryLimit = MemoryLimit(body),
            IsActivated = true,
            HostNetworkMode = body.Flag("hostNetworkMode") ?? false,
            IsPrivileged = body.Flag("isPrivileged") ?? false,
            NatsAccess = nats.Access ?? false,
            NatsRuleId = nats.Access == false ? null : nats.RuleId,
            IsController = system?.IsController ?? false,
            Images = images.Own,
            Ports = ports,
            ExtraHosts = hosts,
            Env = env,
            Cmd = cmd,
            CdiDevices = cdi,
            CapAdd = capAdd,
            CapDrop = capDrop,
            HealthCheck = MicroserviceHealth.Read(body),
            VolumeMappings = [.. mappings, MicroserviceVolumes.ServiceAccountVolume(name)],
            ServiceAccount = MicroserviceAccounts.For(uuid, name, role),
        };
        references.Add(row);
        return new(row, mounts);
    }

    /// <summary>Writes new microservices and tells their agents.</summary>
    private async Task AddAsync(DbSession session, IReadOnlyList<NewMicroservice> created)
    {
        if (created.Count == 0)
        {
            return;
        }

        var now = time.GetUtcNow();
        var rows = created.Select(c => c.Row).ToList();
        try
        {
            await MicroserviceStore.AddAsync(session, rows, now);
            await ServiceAccountStore.AddAsync(session, rows[0].ApplicationId!.Value, rows.ConvertAll(r => r.ServiceAccount!), now);
        }
        catch (DatabaseException e) when (e.Fault == DatabaseFault.UniqueViolation)
        {
            // The names were free a moment ago; another request has taken one since.
            throw MicroserviceErrors.DuplicateName(string.Join(", ", rows.Select(r => r.Name)));
        }

        await volumes.LinkAsync(session, created.SelectMany(c => c.Mounts.Select(m => (m, c.Row.FogUuid!))));
        foreach (var row in rows)
        {
            session.OnCommitted(() => Telemetry.Forget(fleet.Find(row.FogUuid!), row.Uuid));
            await changes.RaiseAsync(session, row.FogUuid!, row.Rebuild ? ChangeFlags.Microservices : ChangeFlags.MicroserviceList);
        }
    }

    /// <summary>A runtime must be one that the agent reports.</summary>
    private void RequireRuntime(JsonFields body, FogTarget fog)
    {
        if (NonEmpty(body.Text("runtime")) is not { } runtime)
        {
            return;
        }

        var stored = new FogStatus { AvailableRuntimes = fog.AvailableRuntimes };
        if (!JsonText.Texts(telemetry.Newest(fleet.Find(fog.Uuid), stored).AvailableRuntimes).Contains(runtime, StringComparer.Ordinal))
        {
            throw ApiException.Validation($"Runtime '{runtime}' is not available on agent '{fog.Name}'");
        }
    }

    private static async Task RequireRegistryAsync(MicroserviceReferences references, JsonFields body)
    {
        if (body.Int("registryId") is { } registry && !await references.RegistryExistsAsync(registry))
        {
            throw MicroserviceErrors.UnknownRegistry(registry);
        }
    }

    /// <summary>None is null; Go clients print it as 0.</summary>
    private static long? MemoryLimit(JsonFields body) => body.Long("memoryLimit") is { } limit and not 0 ? limit : null;

    private static string? NonEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static int? NonZero(int? number) => number is 0 ? null : number;

    /// <summary>A microservice that passed all checks, with the volume mounts it refers to.</summary>
    private sealed record NewMicroservice(MicroserviceRow Row, IReadOnlyList<VolumeMountRow> Mounts);
}
