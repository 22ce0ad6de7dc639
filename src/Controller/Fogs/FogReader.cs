using System.Text.Json;
using Controller.Agents;
using Controller.Hosting;
using Controller.Platform;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Fogs;

/// <summary>
/// Agents as operators see them: stored configuration, the newest reported status, and the platform as it runs, else as
/// it is wanted. The number of queries does not depend on the number of agents.
/// </summary>
internal sealed class FogReader
{
    private static readonly JsonElement NoConditions = JsonDocument.Parse("[]").RootElement;

    private readonly Database _database;
    private readonly Fleet _fleet;
    private readonly Telemetry _telemetry;
    private readonly Kept<Stored> _stored;

    public FogReader(Database database, Fleet fleet, Telemetry telemetry, TimeProvider time)
    {
        (_database, _fleet, _telemetry) = (database, fleet, telemetry);
        _stored = new(database, time, async s => new(await FogStore.ListAsync(s), await FogRelations.LoadAsync(s, null)));
        All = new(FogJson.Default.FogListBody, async (output, cancel) =>
            JsonResponse.Write(output, new(await ListAsync([], cancel)), FogJson.Default.FogListBody));
    }

    /// <summary>The list of all agents.</summary>
    public SharedAnswer All { get; }

    /// <summary>The agents that pass the filters, by name.</summary>
    public async Task<List<FogBody>> ListAsync(IReadOnlyList<FogFilter> filters, CancellationToken cancel)
    {
        var (rows, relations) = await _stored.GetAsync(cancel);
        var fogs = rows.ConvertAll(WithNewestStatus);
        return fogs.Where(f => filters.All(filter => filter.Matches(f))).Select(f => Body(f, relations)).ToList();
    }

    /// <summary>One agent; null when there is none.</summary>
    public Task<FogDetailBody?> FindAsync(string uuid, CancellationToken cancel) =>
        FindAsync(s => FogStore.FindAsync(s, uuid), cancel);

    /// <summary>The agent of a name; null when there is none.</summary>
    public Task<FogDetailBody?> FindByNameAsync(string name, CancellationToken cancel) =>
        FindAsync(s => FogStore.FindByNameAsync(s, name), cancel);

    /// <summary>The newest status of an agent; null when there is none.</summary>
    public async Task<FogStatus?> StatusAsync(DbSession session, string uuid) =>
        await FogStore.FindAsync(session, uuid) is { } row ? WithNewestStatus(row).Status : null;

    private Task<FogDetailBody?> FindAsync(Func<DbSession, Task<FogRow?>> find, CancellationToken cancel) => _database.ReadAsync(
        async s =>
        {
            if (await find(s) is not { } row)
            {
                return null;
            }

            var relations = await FogRelations.LoadAsync(s, row.Uuid);
            var status = await FogPlatformStore.FindStatusAsync(s, row.Uuid);
            return new FogDetailBody(Body(WithNewestStatus(row), relations))
            {
                PlatformStatus = status is null
                    ? null
                    : new(status.ObservedGeneration, status.Phase, status.LastError, status.LastTransitionAt, Conditions(status), relations.Generation(row.Uuid)),
            };
        },
        cancel);

    private FogRow WithNewestStatus(FogRow row) => row with { Status = _telemetry.Newest(_fleet.Find(row.Uuid), row.Status) };

    private static FogBody Body(FogRow f, FogRelations relations)
    {
        var status = f.Status;
        var platform = relations.Platform(f);
        var hasRouter = platform.RouterMode is "edge" or "interior";
        var hasNats = platform.NatsMode is "leaf" or "server";
        var isInterior = platform.RouterMode == "interior";
        return new FogBody
        {
            Uuid = f.Uuid,
            Name = f.Name,
            Location = f.Location ?? "",
            GpsMode = f.GpsMode,
            GpsDevice = f.GpsDevice,
            GpsScanFrequency = f.GpsScanFrequency,
            Latitude = f.Latitude,
            Longitude = f.Longitude,
            Description = f.Description ?? "",
            LastActive = status.LastActive ?? 0,
            DaemonStatus = status.DaemonStatus ?? "UNKNOWN",
            DaemonOperatingDuration = status.DaemonOperatingDuration ?? 0,
            DaemonLastStart = status.DaemonLastStart ?? 0,
            MemoryUsage = status.MemoryUsage ?? 0,
            DiskUsage = status.DiskUsage ?? 0,
            CpuUsage = status.CpuUsage ?? 0,
            MemoryViolation = status.MemoryViolation,
            DiskViolation = status.DiskViolation,
            CpuViolation = status.CpuViolation,
            SystemAvailableDisk = status.SystemAvailableDisk,
            SystemAvailableMemory = status.SystemAvailableMemory,
            SystemTotalCpu = status.SystemTotalCpu,
            SecurityStatus = status.SecurityStatus ?? "OK",
            SecurityViolationInfo = status.SecurityViolationInfo ?? "No violation",
            CatalogItemStatus = f.CatalogItemStatus,
            RepositoryCount = status.RepositoryCount ?? 0,
            RepositoryStatus = status.RepositoryStatus,
            SystemTime = status.SystemTime ?? 0,
            LastStatusTime = status.LastStatusTime ?? 0,
            IpAddress = status.IpAddress ?? "0.0.0.0",
            IpAddressExternal = status.IpAddressExternal ?? "0.0.0.0",
            Host = f.Host,
            CatalogItemMessageCounts = f.CatalogItemMessageCounts,
            AvailableRuntimes = Runtimes(status.AvailableRuntimes),
            LastCommandTime = status.LastCommandTime ?? 0,
            NetworkInterface = f.NetworkInterface ?? "",
            ContainerEngineUrl = f.ContainerEngineUrl ?? "",
            ContainerEngine = f.ContainerEngine ?? "edgelet",
            DeploymentType = f.DeploymentType ?? "native",
            DiskLimit = JsonNumber.Whole(f.DiskLimit),
            DiskDirectory = f.DiskDirectory ?? "",
            MemoryLimit = JsonNumber.Whole(f.MemoryLimit),
            CpuLimit = JsonNumber.Whole(f.CpuLimit),
            LogLimit = JsonNumber.Whole(f.LogLimit),
            LogDirectory = f.LogDirectory ?? "",
            BluetoothEnabled = f.BluetoothEnabled,
            AbstractedHardwareEnabled = f.AbstractedHardwareEnabled,
            LogFileCount = f.LogFileCount,
            Version = status.Version,
            IsReadyToUpgrade = status.IsReadyToUpgrade ?? true,
            IsReadyToRollback = status.IsReadyToRollback ?? false,
            StatusFrequency = f.StatusFrequency,
            ChangeFrequency = f.ChangeFrequency,
            DeviceScanFrequency = f.DeviceScanFrequency,
            Tunnel = status.TunnelStatus ?? "",
            WatchdogEnabled = f.WatchdogEnabled,
            EdgeGuardFrequency = f.EdgeGuardFrequency,
            PruningFrequency = f.PruningFrequency,
            AvailableDiskThreshold = f.AvailableDiskThreshold,
            LogLevel = f.LogLevel ?? "INFO",
            IsSystem = f.IsSystem,
            RouterId = f.RouterId,
            TimeZone = f.TimeZone,
            ActiveVolumeMounts = status.ActiveVolumeMounts ?? 0,
            VolumeMountLastUpdate = status.VolumeMountLastUpdate ?? 0,
            WarningMessage = f.WarningMessage ?? "HEALTHY",
            GpsStatus = status.GpsStatus,
            CreatedAt = f.CreatedAt,
            UpdatedAt = f.UpdatedAt,
            ArchId = f.ArchId,
            Arch = relations.Architecture(f.ArchId),
            Tags = relations.Tags(f.Uuid),
            RouterMode = platform.RouterMode ?? "none",
            MessagingPort = hasRouter ? platform.MessagingPort : null,
            InterRouterPort = isInterior ? platform.InterRouterPort : null,
            EdgeRouterPort = isInterior ? platform.EdgeRouterPort : null,
            UpstreamRouters = hasRouter ? platform.UpstreamRouters ?? [] : null,
            NetworkRouter = hasRouter ? null : platform.NetworkRouter ?? PlatformSpec.DefaultRouter,
            NatsMode = platform.NatsMode ?? "none",
            NatsServerPort = hasNats ? platform.NatsServerPort : null,
            NatsLeafPort = hasNats ? platform.NatsLeafPort : null,
            NatsClusterPort = hasNats ? platform.NatsClusterPort : null,
            NatsMqttPort = hasNats ? platform.NatsMqttPort : null,
            NatsHttpPort = hasNats ? platform.NatsHttpPort : null,
            JsStorageSize = hasNats ? platform.JsStorageSize : null,
            JsMemoryStoreSize = hasNats ? platform.JsMemoryStoreSize : null,
            UpstreamNatsServers = platform.UpstreamNatsServers ?? [],
            VolumeMounts = relations.Mounts(f.Uuid),
        };
    }

    private static string[]? Runtimes(string? stored)
    {
        try
        {
            return string.IsNullOrEmpty(stored) ? null : JsonSerializer.Deserialize(stored, FogJson.Default.StringArray);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonElement Conditions(FogPlatformStatusRow status)
    {
        if (string.IsNullOrEmpty(status.ConditionsJson))
        {
            return NoConditions;
        }

        try
        {
            using var document = JsonDocument.Parse(status.ConditionsJson);
            return document.RootElement.ValueKind == JsonValueKind.Array ? document.RootElement.Clone() : NoConditions;
        }
        catch (JsonException)
        {
            return NoConditions;
        }
    }

    private sealed record Stored(List<FogRow> Rows, FogRelations Relations);
}
