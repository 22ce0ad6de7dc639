using Controller.Hosting;
using Controller.Secrets;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Agents;

/// <summary>What a node shall run, as its agent reads it (agent-wire 9 and 10).</summary>
internal sealed class AgentMicroserviceService(Database database, EnvironmentValues environment)
{
    private const int DefaultSchedule = 50;
    private const int DefaultRegistry = 1;

    /// <summary>
    /// The list for a fog. Reading it takes its rebuild orders: each is in one answer. Without an order nothing is
    /// written.
    /// </summary>
    /// <param name="fogUuid">The asking agent's fog.</param>
    /// <param name="takeRebuilds">False to look without taking.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<IReadOnlyList<AgentMicroserviceBody>> ListAsync(string fogUuid, bool takeRebuilds, CancellationToken cancel)
    {
        var read = await database.ReadAsync(s => ReadAsync(s, fogUuid), cancel);
        if (takeRebuilds && read.Rows.Any(r => r.Rebuild))
        {
            // Read again under the lock: what is handed out is exactly what is cleared, also beside another request
            // for the same fog and beside an operator who orders the next rebuild. An order taken twice after a power
            // cut costs a restart of the container, so the write need not wait for the disk.
            read = await database.WriteAsync(s => TakeAsync(s, fogUuid), Durability.Relaxed, cancel);
        }

        return [.. read.Rows.Select(r => ToBody(r, read.ValueOf, read.Roles))];
    }

    /// <summary>One microservice of the fog, as stored.</summary>
    /// <exception cref="ApiException">404 when it is not on this fog.</exception>
    public async Task<AgentMicroserviceDetailBody> GetAsync(string fogUuid, string uuid, CancellationToken cancel)
    {
        var (row, images, valueOf, roles) = await database.ReadAsync(
            async s =>
            {
                var found = await AgentMicroserviceStore.FindAsync(s, fogUuid, uuid)
                    ?? throw ApiException.NotFound($"Invalid microservice UUID '{uuid}'");
                return (
                    found,
                    await AgentMicroserviceStore.ListImagesAsync(s, uuid, found.Detail!.CatalogItemId),
                    await environment.ResolverAsync(s, found.Env, forAgent: true),
                    await AgentRoles.ReadAsync(s, [found]));
            },
            cancel);
        return ToDetail(row, images, valueOf, roles);
    }

    /// <summary>Everything the list is made of, in a fixed number of queries.</summary>
    internal async Task<Read> ReadAsync(DbSession session, string fogUuid)
    {
        var rows = await AgentMicroserviceStore.ListAsync(session, fogUuid);
        return new(rows, await environment.ResolverAsync(session, rows.SelectMany(r => r.Env), forAgent: true), await AgentRoles.ReadAsync(session, rows));
    }

    private async Task<Read> TakeAsync(DbSession session, string fogUuid)
    {
        session.NothingElseChanges();
        await AgentMicroserviceStore.LockRebuildsAsync(session, fogUuid);
        var read = await ReadAsync(session, fogUuid);
        var taken = read.Rows.Where(r => r.Rebuild).Select(r => r.Uuid).ToList();
        if (taken.Count > 0)
        {
            await AgentMicroserviceStore.ClearRebuildsAsync(session, taken);
        }

        return read;
    }

    private static AgentMicroserviceBody ToBody(AgentMicroserviceRow row, Func<EnvRow, string> valueOf, AgentRoles roles) => new()
    {
        Uuid = row.Uuid,
        Name = row.Name,
        Application = row.Application ?? "",
        ImageId = row.Image!,
        Config = JsonText(row.Config),
        Annotations = JsonText(row.Annotations),
        Rebuild = row.Rebuild,
        HostNetworkMode = row.HostNetworkMode,
        IsPrivileged = row.IsPrivileged,
        CpuSetCpus = row.CpuSetCpus,
        MemoryLimit = Whole(row.MemoryLimit),
        HealthCheck = row.HealthCheck is { } check ? AgentHealthCheck.Of(check) : AgentHealthCheckBody.None,
        PidMode = row.PidMode,
        IpcMode = row.IpcMode,
        RunAsUser = row.RunAsUser,
        Platform = row.Platform,
        Runtime = row.Runtime,
        LogSize = row.LogSize == 0 ? 1 : row.LogSize,
        RegistryId = row.RegistryId ?? DefaultRegistry,
        PortMappings = Ports(row),
        VolumeMappings = Volumes(row),
        Delete = row.Delete,
        DeleteWithCleanup = row.DeleteWithCleanup,
        Env = [.. row.Env.Select(e => new AgentEnvBody(e.Key, valueOf(e)))],
        ExtraHosts = ExtraHosts(row),
        Cmd = row.Cmd,
        CdiDevices = row.CdiDevices,
        CapAdd = row.CapAdd,
        CapDrop = row.CapDrop,
        IsRouter = row is { Name: "router", ApplicationIsSystem: true },
        IsNats = row is { Name: "nats", ApplicationIsSystem: true },
        IsController = row.IsController,
        Schedule = row.Schedule ?? DefaultSchedule,
        ServiceAccount = roles.Account(row),
    };

    private static AgentMicroserviceDetailBody ToDetail(
        AgentMicroserviceRow row, IReadOnlyList<AgentImageRow> stored, Func<EnvRow, string> valueOf, AgentRoles roles)
    {
        var detail = row.Detail!;
        AgentImageBody[] images = [.. stored.Select(i => new AgentImageBody(i.ContainerImage, i.ArchId))];
        return new()
        {
            Uuid = row.Uuid,
            Config = JsonText(row.Config),
            Annotations = JsonText(row.Annotations),
            Name = row.Name,
            ConfigLastUpdated = detail.ConfigLastUpdated ?? 0,
            Rebuild = row.Rebuild,
            HostNetworkMode = row.HostNetworkMode,
            IsPrivileged = row.IsPrivileged,
            RunAsUser = row.RunAsUser,
            Platform = row.Platform,
            Runtime = row.Runtime,
            LogSize = row.LogSize == 0 ? 1 : row.LogSize,
            PidMode = row.PidMode,
            IpcMode = row.IpcMode,
            Schedule = row.Schedule ?? DefaultSchedule,
            CpuSetCpus = row.CpuSetCpus,
            MemoryLimit = Whole(row.MemoryLimit),
            IsController = row.IsController,
            Delete = row.Delete,
            DeleteWithCleanup = row.DeleteWithCleanup,
            IsActivated = detail.IsActivated,
            NatsAccess = detail.NatsAccess,
            NatsAccountId = detail.NatsAccountId,
            NatsUserId = detail.NatsUserId,
            NatsCredsSecretName = detail.NatsCredsSecretName,
            NatsRuleId = detail.NatsRuleId,
            CreatedAt = detail.CreatedAt,
            UpdatedAt = detail.UpdatedAt,
            CatalogItemId = detail.CatalogItemId,
            RegistryId = detail.OwnRegistryId,
            IofogUuid = detail.FogUuid,
            ApplicationId = detail.ApplicationId,
            Env = [.. row.Env.Select(e => new AgentEnvBody(e.Key, valueOf(e)))],
            ExtraHosts = ExtraHosts(row),
            Cmd = row.Cmd,
            CdiDevices = row.CdiDevices,
            CapAdd = row.CapAdd,
            CapDrop = row.CapDrop,
            Ports = Ports(row),
            VolumeMappings = Volumes(row),
            Images = detail.CatalogItemId is null ? images : [],
            Registry = new(row.RegistryId ?? DefaultRegistry),
            CatalogItem = detail.CatalogItemId is { } id ? new(id, detail.CatalogItemName ?? "", detail.CatalogItemCategory ?? "", images) : null,
            Iofog = new(detail.DaemonStatus),
            HealthCheck = row.HealthCheck is { } check ? AgentHealthCheck.Of(check) : null,
            ServiceAccount = roles.Account(row),
        };
    }

    private static IReadOnlyList<AgentPortBody> Ports(AgentMicroserviceRow row) =>
        [.. row.Ports.Select(p => new AgentPortBody(p.Internal, p.External, p.IsUdp))];

    private static IReadOnlyList<AgentVolumeBody> Volumes(AgentMicroserviceRow row) =>
        [.. row.Volumes.Select(v => new AgentVolumeBody(v.HostDestination, v.ContainerDestination, v.AccessMode, v.Type))];

    // A name without an address would keep the container from starting.
    private static IReadOnlyList<string> ExtraHosts(AgentMicroserviceRow row) =>
        [.. row.ExtraHosts.Where(h => !string.IsNullOrEmpty(h.Value)).Select(h => $"{h.Name}:{h.Value}")];

    private static string JsonText(string? stored) => string.IsNullOrEmpty(stored) ? "{}" : stored;

    private static long? Whole(double? value) => value is { } v ? (long)Math.Round(v) : null;

    internal sealed record Read(IReadOnlyList<AgentMicroserviceRow> Rows, Func<EnvRow, string> ValueOf, AgentRoles Roles);
}
