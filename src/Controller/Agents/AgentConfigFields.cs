using System.Text.Json;
using Controller.Hosting;
using Controller.Sql.Stores;

namespace Controller.Agents;

/// <summary>
/// The configuration that an agent shares with its fog (agent-wire 7.1): the one list of its keys, in the order of the
/// wire, with their types and stored values.
/// </summary>
internal static class AgentConfigFields
{
    /// <summary>The agent prints whole numbers from here on with an exponent and then refuses them.</summary>
    private const double LargestWhole = 999_999;

    private const string EngineUrl = "containerEngineUrl";

    /// <summary>The only engine URL that an Edgelet with its built-in engine accepts.</summary>
    private const string EdgeletEngineUrl = "unix:///run/edgelet/containerd.sock";

    private static readonly Field[] All =
    [
        new("networkInterface", Kind.Text, f => f.NetworkInterface),
        new(EngineUrl, Kind.Text, f => f.ContainerEngineUrl),
        new("diskLimit", Kind.Real, f => f.DiskLimit),
        new("diskDirectory", Kind.Text, f => f.DiskDirectory),
        new("memoryLimit", Kind.Real, f => f.MemoryLimit),
        new("cpuLimit", Kind.Real, f => f.CpuLimit),
        new("logLimit", Kind.Real, f => f.LogLimit),
        new("logDirectory", Kind.Text, f => f.LogDirectory),
        new("logFileCount", Kind.Whole, f => f.LogFileCount),
        new("gpsMode", Kind.Text, f => f.GpsMode),
        new("gpsDevice", Kind.Text, f => f.GpsDevice),
        new("gpsScanFrequency", Kind.Whole, f => f.GpsScanFrequency),
        new("edgeGuardFrequency", Kind.Whole, f => f.EdgeGuardFrequency),
        new("statusFrequency", Kind.Whole, f => f.StatusFrequency),
        new("changeFrequency", Kind.Whole, f => f.ChangeFrequency),
        new("deviceScanFrequency", Kind.Whole, f => f.DeviceScanFrequency),
        new("watchdogEnabled", Kind.Flag, f => f.WatchdogEnabled),
        new("latitude", Kind.Real, f => f.Latitude),
        new("longitude", Kind.Real, f => f.Longitude),
        new("logLevel", Kind.Text, f => f.LogLevel),
        new("availableDiskThreshold", Kind.Whole, f => f.AvailableDiskThreshold),
        new("pruningFrequency", Kind.Whole, f => f.PruningFrequency),
        new("timeZone", Kind.Text, f => f.TimeZone),
    ];

    private enum Kind
    {
        Text,
        Whole,
        Real,
        Flag,
    }

    /// <summary>The configuration for the agent. What has no value is left out: the agent would fail on null and on "".</summary>
    public static void Write(Utf8JsonWriter json, FogRow fog)
    {
        json.WriteStartObject();
        foreach (var field in All)
        {
            var value = field.Name == EngineUrl && fog.ContainerEngine is (null or "" or "edgelet")
                ? EdgeletEngineUrl
                : field.Stored(fog);
            switch (value)
            {
                case null or "":
                    break;
                case string text:
                    json.WriteString(field.Name, text);
                    break;
                case bool flag:
                    json.WriteBoolean(field.Name, flag);
                    break;
                default:
                    var number = Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture);
                    json.WriteNumber(field.Name, field.Kind == Kind.Whole ? Math.Clamp(Math.Round(number), 0, LargestWhole) : number);
                    break;
            }
        }

        json.WriteEndObject();
    }

    /// <summary>The values that an agent sent, by key.</summary>
    public static Dictionary<string, object?> Read(JsonFields body)
    {
        var values = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var field in All)
        {
            object? value = field.Kind switch
            {
                Kind.Text => body.Text(field.Name),
                Kind.Whole => body.Long(field.Name),
                Kind.Real => body.Number(field.Name),
                _ => body.Flag(field.Name),
            };
            if (value is "")
            {
                // The agent's way to say that it has none.
                if (field.Name is "gpsMode" or "gpsDevice" or "timeZone")
                {
                    values[field.Name] = null;
                }
            }
            else if (value is not null)
            {
                values[field.Name] = value;
            }
        }

        return values;
    }

    /// <summary>The keys of <paramref name="fields"/> that are configuration of the agent and differ from what is stored.</summary>
    public static IEnumerable<string> Changed(FogRow stored, IReadOnlyDictionary<string, object?> fields) =>
        from field in All
        where fields.TryGetValue(field.Name, out var value) && !IsEqual(field.Stored(stored), value)
        select field.Name;

    /// <summary>The keys of <paramref name="fields"/> that are configuration of the agent.</summary>
    public static IEnumerable<string> Among(IReadOnlyDictionary<string, object?> fields) =>
        All.Select(f => f.Name).Where(fields.ContainsKey);

    private static bool IsEqual(object? a, object? b) => (a, b) switch
    {
        (null, null) => true,
        (null, _) or (_, null) => false,
        (string x, string y) => x == y,
        (bool x, bool y) => x == y,
        _ => Convert.ToDouble(a, System.Globalization.CultureInfo.InvariantCulture) == Convert.ToDouble(b, System.Globalization.CultureInfo.InvariantCulture),
    };

    private sealed record Field(string Name, Kind Kind, Func<FogRow, object?> Stored);
}
