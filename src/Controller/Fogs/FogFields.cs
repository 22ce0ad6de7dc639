using Controller.Hosting;

namespace Controller.Fogs;

/// <summary>Reads what an operator configures of a fog (api-workloads 3.2): field name to value, of the sent fields only.</summary>
internal static class FogFields
{
    private static readonly string[] Texts =
    [
        "location", "description", "networkInterface", "containerEngineUrl", "containerEngine", "deploymentType", "diskDirectory", "logDirectory",
        "logLevel", "timeZone", "host",
    ];

    private static readonly string[] Integers =
    [
        "diskLimit", "memoryLimit", "cpuLimit", "logLimit", "logFileCount", "availableDiskThreshold",
    ];

    private static readonly string[] Integers32 =
    [
        "statusFrequency", "changeFrequency", "deviceScanFrequency", "pruningFrequency", "edgeGuardFrequency",
    ];

    private static readonly string[] Flags = ["bluetoothEnabled", "watchdogEnabled", "abstractedHardwareEnabled"];

    /// <summary>The fields of a validated body. Name, architecture and system flag have rules of their own.</summary>
    public static Dictionary<string, object?> Read(JsonFields body)
    {
        var fields = new Dictionary<string, object?>(StringComparer.Ordinal);
        Take(Texts, n => body.Text(n));
        Take(Integers, n => body.Long(n));
        Take(Integers32, n => body.Int(n));
        Take(Flags, n => body.Flag(n));
        Take(["latitude", "longitude"], n => body.Number(n));
        ReadGps(body, fields);
        return fields;

        void Take(string[] names, Func<string, object?> read)
        {
            foreach (var name in names)
            {
                if (read(name) is { } value)
                {
                    fields[name] = value;
                }
            }
        }
    }

    /// <summary>What a new fog has where nothing was sent.</summary>
    /// <param name="changeFrequency">Seconds between change polls (decision 13).</param>
    public static Dictionary<string, object?> Defaults(int changeFrequency) => new(StringComparer.Ordinal)
    {
        ["location"] = "",
        ["description"] = "",
        ["networkInterface"] = "dynamic",
        ["containerEngineUrl"] = "unix:///run/edgelet/containerd.sock",
        ["containerEngine"] = "edgelet",
        ["deploymentType"] = "native",
        ["diskLimit"] = 50,
        ["diskDirectory"] = "/var/lib/iofog/",
        ["memoryLimit"] = 4096,
        ["cpuLimit"] = 80,
        ["logLimit"] = 10,
        ["logDirectory"] = "/var/log/iofog/",
        ["logFileCount"] = 10,
        ["statusFrequency"] = 10,
        ["changeFrequency"] = changeFrequency,
        ["deviceScanFrequency"] = 20,
        ["gpsScanFrequency"] = 60,
        ["edgeGuardFrequency"] = 0,
        ["pruningFrequency"] = 0,
        ["availableDiskThreshold"] = 20,
        ["bluetoothEnabled"] = false,
        ["watchdogEnabled"] = false,
        ["abstractedHardwareEnabled"] = false,
        ["logLevel"] = "INFO",
        ["timeZone"] = null,
        ["routerId"] = null,
        ["warningMessage"] = "HEALTHY",
    };

    /// <summary>Coordinates make the mode manual; a device belongs to the dynamic mode only.</summary>
    private static void ReadGps(JsonFields body, Dictionary<string, object?> fields)
    {
        var mode = body.Text("gpsMode");
        var hasPlace = body.Number("latitude") is { } latitude && latitude != 0 || body.Number("longitude") is { } longitude && longitude != 0;
        if (hasPlace && mode is not ("dynamic" or "off"))
        {
            fields["gpsMode"] = "manual";
        }
        else if (mode == "dynamic" && body.Text("gpsDevice") is { Length: > 0 } device)
        {
            fields["gpsMode"] = mode;
            fields["gpsDevice"] = device;
        }
        else if ((mode == "auto" && !hasPlace) || mode == "off")
        {
            fields["gpsMode"] = mode;
        }
    }
}
