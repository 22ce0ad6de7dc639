using System.Text.Json;

namespace Edgelet.Simulator;

/// <summary>
/// Body of <c>PUT /agent/status</c> with every key an Edgelet sends. Some values are JSON texts inside
/// JSON strings; that is the wire form. Keys that are null are left out.
/// </summary>
public sealed record StatusReport
{
    public string DaemonStatus { get; init; } = "RUNNING";

    /// <summary>ms.</summary>
    public long DaemonOperatingDuration { get; init; }

    /// <summary>ms since the epoch.</summary>
    public long DaemonLastStart { get; init; }
    public string WarningMessage { get; init; } = "";
    public double MemoryUsage { get; init; }
    public double DiskUsage { get; init; }
    public double CpuUsage { get; init; }
    public bool MemoryViolation { get; init; }
    public bool DiskViolation { get; init; }
    public bool CpuViolation { get; init; }
    public long SystemAvailableDisk { get; init; }
    public long SystemAvailableMemory { get; init; }
    public double SystemTotalCpu { get; init; }
    public string MicroserviceStatus { get; init; } = "[]";
    public int RepositoryCount { get; init; }
    public string RepositoryStatus { get; init; } = "[]";
    public long SystemTime { get; init; }
    public long LastStatusTime { get; init; }
    public string IpAddress { get; init; } = "";
    public string IpAddressExternal { get; init; } = "";
    public string MicroserviceMessageCounts { get; init; } = "[]";
    public long LastCommandTime { get; init; }
    public string TunnelStatus { get; init; } = "{}";
    public string Version { get; init; } = "1.0.3";
    public bool IsReadyToUpgrade { get; init; }
    public bool IsReadyToRollback { get; init; }
    public int ActiveVolumeMounts { get; init; }
    public long VolumeMountLastUpdate { get; init; }
    public string GpsStatus { get; init; } = "OFF";
    public IReadOnlyList<string> AvailableRuntimes { get; init; } = [];
    public string? RuntimeAgentPhase { get; init; }

    // Edgelet 1.1 adds these; a Controller 3.8 ignores them.
    public IReadOnlyList<RuntimeClassItem>? RuntimeClasses { get; init; }
    public IReadOnlyList<string>? AvailableCdiDevices { get; init; }
    public string? ModelStatus { get; init; }
    public int? ActiveModels { get; init; }
    public long? ModelLastUpdate { get; init; }
    public string? KnowledgeStatus { get; init; }
    public int? ActiveKnowledge { get; init; }
    public long? KnowledgeLastUpdate { get; init; }
    public int? SystemCpus { get; init; }
    public long? SystemTotalMemory { get; init; }
    public long? SystemTotalDisk { get; init; }
    public string? SystemOs { get; init; }
    public string? SystemOsVersion { get; init; }
    public string? SystemKernelVersion { get; init; }

    /// <summary>
    /// A status as a healthy node sends it: plausible numbers that differ by node (<paramref name="seed"/>) and moment.
    /// </summary>
    public static StatusReport Realistic(
        DateTimeOffset now,
        DateTimeOffset started,
        IReadOnlyList<MicroserviceStatusItem> microservices,
        IReadOnlyList<RepositoryStatusItem>? repositories = null,
        int seed = 0)
    {
        var ms = now.ToUnixTimeMilliseconds();
        var startedMs = started.ToUnixTimeMilliseconds();
        var wobble = (uint)HashCode.Combine(seed, ms / 1000);
        repositories ??= [new(1, "connected"), new(2, "connected")];
        return new StatusReport
        {
            DaemonOperatingDuration = Math.Max(0, ms - startedMs),
            DaemonLastStart = startedMs,
            MemoryUsage = 90 + (wobble % 1000 / 100.0),
            DiskUsage = 1 + (wobble % 97 / 100.0),
            CpuUsage = 2 + (wobble % 401 / 100.0),
            SystemAvailableDisk = 48_318_382_080 - (wobble % 65_536 * 4096L),
            SystemAvailableMemory = 5_368_709_120 - (wobble % 32_768 * 4096L),
            SystemTotalCpu = 10 + (wobble % 113 / 10.0),
            MicroserviceStatus = JsonSerializer.Serialize(microservices, AgentJson.Wire.IReadOnlyListMicroserviceStatusItem),
            RepositoryCount = repositories.Count,
            RepositoryStatus = JsonSerializer.Serialize(repositories, AgentJson.Wire.IReadOnlyListRepositoryStatusItem),
            SystemTime = ms,
            LastStatusTime = ms,
            IpAddress = $"10.{(seed >> 16) & 255}.{(seed >> 8) & 255}.{seed & 255}",
            IpAddressExternal = "203.0.113.17",
            LastCommandTime = ms - 5000,
            AvailableRuntimes = ["crun", "runc"],
            RuntimeAgentPhase = "running",
        };
    }

    /// <summary>This status with the keys that Edgelet 1.1 adds.</summary>
    public StatusReport AsEdgelet11(string version = "1.1.0") => this with
    {
        Version = version,
        RuntimeClasses = [new("runc", "runc"), new("crun", "crun")],
        AvailableCdiDevices = ["vendor.example/gpu=0"],
        ModelStatus = "[]",
        ActiveModels = 0,
        ModelLastUpdate = 0,
        KnowledgeStatus = "[]",
        ActiveKnowledge = 0,
        KnowledgeLastUpdate = 0,
        SystemCpus = 4,
        SystemTotalMemory = 8_321_499_136,
        SystemTotalDisk = 125_829_120_000,
        SystemOs = "linux",
        SystemOsVersion = "Ubuntu 24.04.4 LTS",
        SystemKernelVersion = "6.8.0-45-generic",
    };

    /// <summary>A running microservice as an item of <see cref="MicroserviceStatus"/>.</summary>
    public static MicroserviceStatusItem RunningMicroservice(string uuid, string containerId, DateTimeOffset started, DateTimeOffset now) => new()
    {
        Id = uuid,
        Status = "RUNNING",
        ContainerId = containerId,
        StartTime = started.ToUnixTimeMilliseconds(),
        OperatingDuration = Math.Max(1, (long)(now - started).TotalMilliseconds),
        CpuUsage = "1.37",
        MemoryUsage = "18874368",
        IpAddress = "10.88.0.7",
        HealthStatus = "healthy",
        ExecSessionIds = [],
    };

    /// <summary>The body's bytes.</summary>
    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, AgentJson.Wire.StatusReport);
}

/// <summary>One item of <c>runtimeClasses</c> (Edgelet 1.1).</summary>
public sealed record RuntimeClassItem(string Name, string Handler);
