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

    /// <summary>Creates a microservice of an application (api-workloads 6.4). The body's own application is not looked at.</summary>
    /// <exception cref="ApiException">The first of the contract's checks that fails.</exception>
    public Task<(string Uuid, string Name)> CreateAsync(DbSession session, ApplicationRef application, JsonFields body) =>
        CreateAsync(session, () => Task.FromResult(application), body);

    /// <summary>As above, finding the application only when its turn in the order of checks comes.</summary>
    public async Task<(string Uuid, string Name)> CreateAsync(DbSession session, Func<Task<ApplicationRef>> application, JsonFields body)
    {
        MicroserviceNats.RefuseTopLevel(body.Element);
        var nats = await MicroserviceNats.ReadAsync(session, body, time.GetUtcNow());
        var given = NonEmpty(body.Text("iofogUuid")) ?? NonEmpty(body.Text("agentName"))
            ?? throw ApiException.Validation("ioFog node is required.");
        var fog = await FindFogAsync(session, body) ?? throw MicroserviceErrors.UnknownFog(given);
        return await CreateAsync(session, fog, application, body, nats, null);
    }

    /// <summary>Creates one of the Controller's own microservices on a fog.</summary>
    public Task<(string Uuid, string Name)> CreateSystemAsync(
        DbSession session, ApplicationRef application, FogTarget fog, JsonFields body, SystemOrigin origin) =>
        CreateAsync(session, fog, () => Task.FromResult(application), body, new NatsChoice(null, null), origin);

    /// <summary>Removes a microservice with everything below it (api-workloads 6.10). Whether that is allowed is the caller's question.</summary>
    public async Task DeleteAsync(DbSession session, MicroserviceRow existing)
    {
        await MicroserviceStore.DeleteAsync(session, existing.Uuid);
        if (existing.FogUuid is { } fog)
        {
            await changes.RaiseAsync(session, fog, existing.Ports.Count > 0 ? ChangeFlags.Microservices : ChangeFlags.MicroserviceList);
        }
    }

    private async Task<(string Uuid, string Name)> CreateAsync(
        DbSession session, FogTarget fog, Func<Task<ApplicationRef>> findApplication, JsonFields body, NatsChoice nats, SystemOrigin? system)
    {
        var now = time.GetUtcNow();
        var name = body.Text("name")!;
        RequireRuntime(body, fog);
        var images = await MicroserviceImages.ForCreateAsync(session, body, fog, name);
        var hosts = await MicroserviceHosts.ReadAsync(session, body, fog.Uuid) ?? [];
        var ports = MicroservicePorts.Read(body) ?? [];
        MicroservicePorts.RefuseReserved(ports);
        await MicroservicePorts.RequireFreeAsync(session, fog.Uuid, ports, null);
        var mappings = MicroserviceVolumes.Read(body) ?? [];
        var mounts = await volumes.CheckAsync(session, mappings);
        await RequireRegistryAsync(session, body);
        var application = await findApplication();
        MicroserviceNats.RequireAllowed(nats.Access == true, application);
        if (await MicroserviceStore.IsNameTakenAsync(session, application.Id, name, null))
        {
            throw MicroserviceErrors.DuplicateName(name);
        }

        var env = await environment.ReadAsync(session, body) ?? [];
        var role = await MicroserviceAccounts.ReadAsync(session, body);
        var cmd = body.Texts("cmd") ?? [];
        var cdi = body.Texts("cdiDevices") ?? [];
        var capAdd = body.Texts("capAdd") ?? [];
        var capDrop = body.Texts("capDrop") ?? [];
        var rebuild = env.Count + cmd.Count + cdi.Count + capAdd.Count + capDrop.Count + ports.Count > 0;

        var row = new MicroserviceRow
        {
            Uuid = system?.Uuid ?? Guid.NewGuid().ToString(),
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
        };
        await InsertAsync(session, row);
        await MicroserviceChildStore.ReplaceImagesAsync(session, row.Uuid, images.Own);
        await MicroserviceChildStore.AddPortsAsync(session, row.Uuid, ports, now);
        await MicroserviceChildStore.ReplaceExtraHostsAsync(session, row.Uuid, hosts);
        await MicroserviceChildStore.ReplaceEnvAsync(session, row.Uuid, env);
        await MicroserviceChildStore.ReplaceCmdAsync(session, row.Uuid, cmd);
        await MicroserviceChildStore.ReplaceCdiDevicesAsync(session, row.Uuid, cdi);
        await MicroserviceChildStore.ReplaceHealthCheckAsync(session, row.Uuid, MicroserviceHealth.Read(body), now);
        await MicroserviceChildStore.ReplaceCapAddAsync(session, row.Uuid, capAdd);
        await MicroserviceChildStore.ReplaceCapDropAsync(session, row.Uuid, capDrop);
        await MicroserviceChildStore.AddVolumeMappingsAsync(
            session, row.Uuid, [.. mappings, MicroserviceVolumes.ServiceAccountVolume(name)]);
        await MicroserviceChildStore.AddStatusAsync(session, row.Uuid, now);
        await MicroserviceAccounts.SetAsync(session, row, role, now);
        await volumes.LinkAsync(session, mounts, fog.Uuid);
        await changes.RaiseAsync(session, fog.Uuid, rebuild ? ChangeFlags.Microservices : ChangeFlags.MicroserviceList);
        return (row.Uuid, name);
    }

    /// <summary>The name was free a moment ago; another request may have taken it since.</summary>
    private static async Task InsertAsync(DbSession session, MicroserviceRow row)
    {
        try
        {
            await MicroserviceStore.InsertAsync(session, row);
        }
        catch (DatabaseException e) when (e.Fault == DatabaseFault.UniqueViolation)
        {
            throw MicroserviceErrors.DuplicateName(row.Name);
        }
    }

    /// <summary>The fog a body names; its uuid wins over its name.</summary>
    private static Task<FogTarget?> FindFogAsync(DbSession session, JsonFields body) =>
        NonEmpty(body.Text("iofogUuid")) is { } uuid ? FogTargetStore.FindAsync(session, uuid)
        : NonEmpty(body.Text("agentName")) is { } name ? FogTargetStore.FindByNameAsync(session, name)
        : Task.FromResult<FogTarget?>(null);

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

    private static async Task RequireRegistryAsync(DbSession session, JsonFields body)
    {
        if (body.Int("registryId") is { } registry && !await CatalogChoiceStore.RegistryExistsAsync(session, registry))
        {
            throw MicroserviceErrors.UnknownRegistry(registry);
        }
    }

    /// <summary>None is null; Go clients print it as 0.</summary>
    private static long? MemoryLimit(JsonFields body) => body.Long("memoryLimit") is { } limit and not 0 ? limit : null;

    private static string? NonEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static int? NonZero(int? number) => number is 0 ? null : number;
}
