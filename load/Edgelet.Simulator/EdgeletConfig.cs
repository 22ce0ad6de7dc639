namespace Edgelet.Simulator;

/// <summary>What <see cref="EdgeletConfig.Apply"/> did.</summary>
/// <param name="Changed">Keys that got another value.</param>
/// <param name="Failures">One text per key that could not be applied. Any failure means that nothing was saved.</param>
public sealed record ConfigApplyResult(IReadOnlyList<string> Changed, IReadOnlyList<string> Failures)
{
    /// <summary>Whether the whole configuration was applied.</summary>
    public bool Succeeded => Failures.Count == 0;
}

/// <summary>The node's own configuration; also the body of <c>PATCH /agent/config</c>.</summary>
public sealed record EdgeletConfig
{
    /// <summary>The only engine URL that a node with the engine <c>edgelet</c> accepts.</summary>
    public const string EdgeletEngineUrl = "unix:///run/edgelet/containerd.sock";

    // The agent prints numbers in a form that turns to an exponent here, and cannot read that back as an integer.
    private const double IntegerLimit = 1_000_000;

    public string NetworkInterface { get; set; } = "eth0";
    public string ContainerEngineUrl { get; set; } = EdgeletEngineUrl;

    /// <summary>GiB.</summary>
    public double DiskLimit { get; set; } = 10;
    public string DiskDirectory { get; set; } = "/var/lib/edgelet/";

    /// <summary>MiB.</summary>
    public double MemoryLimit { get; set; } = 4096;

    /// <summary>Percent.</summary>
    public double CpuLimit { get; set; } = 80;

    /// <summary>GiB.</summary>
    public double LogLimit { get; set; } = 10;
    public string LogDirectory { get; set; } = "/var/log/edgelet/";
    public int LogFileCount { get; set; } = 10;

    /// <summary>Seconds between two statuses.</summary>
    public int StatusFrequency { get; set; } = 10;

    /// <summary>Seconds between the end of a poll and the next.</summary>
    public int ChangeFrequency { get; set; } = 20;

    /// <summary>Edgelet 1.0 only.</summary>
    public int? DeviceScanFrequency { get; set; } = 20;
    public bool WatchdogEnabled { get; set; }
    public long EdgeGuardFrequency { get; set; }
    public string GpsDevice { get; set; } = "";
    public long GpsScanFrequency { get; set; } = 60;
    public string GpsMode { get; set; } = "auto";
    public double Latitude { get; set; }
    public double Longitude { get; set; }
    public string LogLevel { get; set; } = "INFO";
    public long AvailableDiskThreshold { get; set; } = 20;
    public long PruningFrequency { get; set; }
    public int UpgradeScanFrequency { get; set; } = 24;

    /// <summary>Known to the node, not pushed.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string TimeZone { get; set; } = "";

    /// <summary>
    /// Applies the Controller's configuration by the agent's rules: keys that differ are set one by one, an empty or
    /// null text, an integer that is not whole or not below a million, an unknown GPS mode or a foreign engine URL fails
    /// its key. Good keys stay set in memory; the caller saves only if nothing failed. Stricter than the agent in one
    /// point: a null time zone or GPS device fails here, while the agent would store the text "&lt;nil&gt;".
    /// </summary>
    public ConfigApplyResult Apply(AgentConfig from, string engine, bool deviceScan = true)
    {
        var changed = new List<string>();
        var failures = new List<string>();
        foreach (var key in from.NullKeys)
        {
            if (key is not ("latitude" or "longitude"))
            {
                failures.Add($"{key}: null");
            }
        }

        Text("networkInterface", from.NetworkInterface, NetworkInterface, v => NetworkInterface = v);
        if (engine == "edgelet" && from.ContainerEngineUrl != EdgeletEngineUrl)
        {
            failures.Add($"containerEngineUrl: \"{from.ContainerEngineUrl}\" is not \"{EdgeletEngineUrl}\"");
        }
        else
        {
            Text("containerEngineUrl", from.ContainerEngineUrl, ContainerEngineUrl, v => ContainerEngineUrl = v);
        }

        Float("diskLimit", from.DiskLimit, DiskLimit, v => DiskLimit = v);
        Text("diskDirectory", from.DiskDirectory, DiskDirectory, v => DiskDirectory = v);
        Float("memoryLimit", from.MemoryLimit, MemoryLimit, v => MemoryLimit = v);
        Float("cpuLimit", from.CpuLimit, CpuLimit, v => CpuLimit = v);
        Float("logLimit", from.LogLimit, LogLimit, v => LogLimit = v);
        Text("logDirectory", from.LogDirectory, LogDirectory, v => LogDirectory = v);
        Integer("logFileCount", from.LogFileCount, LogFileCount, v => LogFileCount = (int)v);
        if (from.GpsMode is not null)
        {
            if (from.GpsMode is "auto" or "dynamic" or "manual" or "off")
            {
                Text("gpsMode", from.GpsMode, GpsMode, v => GpsMode = v);
            }
            else
            {
                failures.Add($"gpsMode: \"{from.GpsMode}\"");
            }
        }

        Text("gpsDevice", from.GpsDevice, GpsDevice, v => GpsDevice = v);
        Integer("gpsScanFrequency", from.GpsScanFrequency, GpsScanFrequency, v => GpsScanFrequency = v);
        Integer("edgeGuardFrequency", from.EdgeGuardFrequency, EdgeGuardFrequency, v => EdgeGuardFrequency = v);
        Integer("statusFrequency", from.StatusFrequency, StatusFrequency, v => StatusFrequency = (int)v);
        Integer("changeFrequency", from.ChangeFrequency, ChangeFrequency, v => ChangeFrequency = (int)v);
        if (deviceScan)
        {
            Integer("deviceScanFrequency", from.DeviceScanFrequency, DeviceScanFrequency ?? -1, v => DeviceScanFrequency = (int)v);
        }

        if (from.WatchdogEnabled != WatchdogEnabled)
        {
            WatchdogEnabled = from.WatchdogEnabled;
            changed.Add("watchdogEnabled");
        }

        Text("logLevel", from.LogLevel, LogLevel, v => LogLevel = v);
        Integer("availableDiskThreshold", from.AvailableDiskThreshold, AvailableDiskThreshold, v => AvailableDiskThreshold = v);
        Integer("pruningFrequency", from.PruningFrequency, PruningFrequency, v => PruningFrequency = v);
        Text("timeZone", from.TimeZone, TimeZone, v => TimeZone = v);
        return new ConfigApplyResult(changed, failures);

        void Text(string key, string? value, string now, Action<string> set)
        {
            if (value is null)
            {
                return;
            }

            if (value.Length == 0)
            {
                failures.Add($"{key}: empty");
            }
            else if (value != now)
            {
                set(value);
                changed.Add(key);
            }
        }

        void Float(string key, double value, double now, Action<double> set)
        {
            if (value != now)
            {
                set(value);
                changed.Add(key);
            }
        }

        void Integer(string key, double value, long now, Action<long> set)
        {
            if (value != Math.Floor(value) || Math.Abs(value) >= IntegerLimit)
            {
                failures.Add(FormattableString.Invariant($"{key}: {value} is not an integer below a million"));
            }
            else if (value != now)
            {
                set((long)value);
                changed.Add(key);
            }
        }
    }
}
