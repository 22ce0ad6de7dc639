using System.Globalization;
using System.Text.Json;
using Controller.Hosting;
using Controller.Sql.Stores;

namespace Controller.Agents;

/// <summary>Reads the body of <c>PUT /agent/status</c> (agent-wire 21).</summary>
internal static class StatusReport
{
    private const string HardwareChanged = "Auto deprovisioned by Agent. HW signature mismatch";

    /// <summary>The node's part. Texts that hold JSON are kept as they are, but must hold it.</summary>
    public static FogStatus Node(JsonFields body, FogIdentity fog)
    {
        var warning = body.Text("warningMessage") ?? "";
        var hardware = warning.Contains("HW signature changed", StringComparison.Ordinal)
            || warning.Contains("HW signature mismatch", StringComparison.Ordinal);
        var daemon = body.Text("daemonStatus");
        return new FogStatus
        {
            DaemonStatus = daemon is not null && fog.ForcesWarning ? "WARNING" : daemon,
            DaemonOperatingDuration = body.Long("daemonOperatingDuration"),
            DaemonLastStart = body.Long("daemonLastStart"),
            MemoryUsage = body.Number("memoryUsage"),
            DiskUsage = body.Number("diskUsage"),
            CpuUsage = body.Number("cpuUsage"),
            MemoryViolation = Text(body.Flag("memoryViolation")),
            DiskViolation = Text(body.Flag("diskViolation")),
            CpuViolation = Text(body.Flag("cpuViolation")),
            SystemAvailableDisk = body.Long("systemAvailableDisk"),
            SystemAvailableMemory = body.Long("systemAvailableMemory"),
            SystemTotalCpu = body.Number("systemTotalCpu"),
            SecurityStatus = hardware ? "WARNING" : "OK",
            SecurityViolationInfo = hardware ? HardwareChanged : "No violation",
            RepositoryCount = body.Long("repositoryCount"),
            RepositoryStatus = body.Text("repositoryStatus"),
            SystemTime = body.Long("systemTime"),
            LastStatusTime = body.Long("lastStatusTime"),
            IpAddress = body.Text("ipAddress"),
            IpAddressExternal = body.Text("ipAddressExternal"),
            LastCommandTime = body.Long("lastCommandTime"),
            TunnelStatus = body.Text("tunnelStatus"),
            Version = body.Text("version"),
            IsReadyToUpgrade = body.Flag("isReadyToUpgrade"),
            IsReadyToRollback = body.Flag("isReadyToRollback"),
            ActiveVolumeMounts = body.Long("activeVolumeMounts"),
            VolumeMountLastUpdate = body.Long("volumeMountLastUpdate"),
            GpsStatus = body.Text("gpsStatus"),
            AvailableRuntimes = body.TryGet("availableRuntimes", out var runtimes) ? runtimes.GetRawText() : null,
        };
    }

    /// <summary>The microservices' part.</summary>
    /// <exception cref="ApiException">400 when the text is not a JSON array of objects with an <c>id</c>.</exception>
    public static List<MicroserviceStatus> Microservices(JsonFields body)
    {
        var text = body.Text("microserviceStatus");
        if (text is null or "" or "[]")
        {
            return [];
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Array)
            {
                throw Invalid();
            }

            var reports = new List<MicroserviceStatus>(document.RootElement.GetArrayLength());
            foreach (var item in document.RootElement.EnumerateArray())
            {
                if (item.ValueKind != JsonValueKind.Object)
                {
                    throw Invalid();
                }

                var fields = new JsonFields(item);
                if (fields.Text("id") is { } id)
                {
                    reports.Add(Microservice(id, fields));
                }
            }

            return reports;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Invalid();
        }
    }

    private static MicroserviceStatus Microservice(string uuid, JsonFields fields) => new()
    {
        MicroserviceUuid = uuid,
        Status = fields.Text("status"),
        OperatingDuration = fields.Long("operatingDuration"),
        StartTime = fields.Long("startTime"),
        CpuUsage = LooseNumber(fields, "cpuUsage"),
        MemoryUsage = (long?)LooseNumber(fields, "memoryUsage"),
        ContainerId = fields.Text("containerId"),
        Percentage = fields.Number("percentage"),
        ErrorMessage = fields.Text("errorMessage"),
        IpAddress = fields.Text("ipAddress"),
        HealthStatus = fields.Text("healthStatus"),
        ExecSessionIds = fields.TryGet("execSessionIds", out var ids) && ids.ValueKind == JsonValueKind.Array ? ids.GetRawText() : null,
    };

    /// <summary>The Edgelet sends these as text (agent-wire 21.2); a number is as good.</summary>
    private static double? LooseNumber(JsonFields fields, string name) =>
        fields.Number(name)
        ?? (double.TryParse(fields.Text(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) && Math.Abs(value) < 9e15
            ? value
            : null);

    private static string? Text(bool? flag) => flag switch { true => "true", false => "false", null => null };

    private static ApiException Invalid() => ApiException.Validation("Field 'microserviceStatus' is not a JSON array of objects");
}
