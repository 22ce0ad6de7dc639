using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Controller.Cli;

/// <summary><c>iofog-controller iofog …</c>: nodes (runtime 6.5). Where 3.8 renamed a setting, both spellings are taken.</summary>
internal static class IofogCommands
{
    public static Command Create(CommandHost host) => ApiCommand.Group(
        "iofog",
        "Nodes",
        ApiCommand.Create(host, "add", "Add a node", "POST", "/iofog", [Field.File(host), .. Settings]),
        ApiCommand.Create(
            host,
            "update",
            "Change a node",
            "PATCH",
            "/iofog/{uuid}",
            [
                Uuid,
                Field.File(host),
                .. Settings,
                Field.Order("/iofog/{uuid}/reboot", "Reboot the node afterwards", "--reboot", "-o"),
                Field.Order("/iofog/{uuid}/prune", "Prune the node's images afterwards", "--prune", "-e"),
            ],
            "ioFog node has been updated successfully."),
        ApiCommand.Create(host, "remove", "Remove a node", "DELETE", "/iofog/{uuid}", [Uuid], "ioFog node has been removed successfully"),
        ApiCommand.Create(host, "list", "List nodes", "GET", "/iofog-list"),
        ApiCommand.Create(host, "info", "Show a node", "GET", "/iofog/{uuid}", [Uuid]),
        ApiCommand.Create(
            host, "provisioning-key", "Make the one-time key that a node is provisioned with", "GET", "/iofog/{uuid}/provisioning-key", [Uuid], show: host.ShowLine),
        ApiCommand.Create(host, "reboot", "Reboot a node", "POST", "/iofog/{uuid}/reboot", [Uuid], "ioFog reboot command has been set successfully"),
        ApiCommand.Create(
            host,
            "version",
            "Upgrade a node's software or roll it back",
            "POST",
            "/iofog/{uuid}/version/{command}",
            [Uuid, Field.Path("command", "upgrade or rollback", "--version-command", "-v")],
            "ioFog version command has been set successfully"),
        ApiCommand.Create(host, "hal-hw", "Show the hardware a node reported", "GET", "/iofog/{uuid}/hal/hw", [Uuid], show: a => host.Show(WithParsedInfo(a))),
        ApiCommand.Create(host, "hal-usb", "Show the USB devices a node reported", "GET", "/iofog/{uuid}/hal/usb", [Uuid], show: a => host.Show(WithParsedInfo(a))),
        ApiCommand.Create(host, "prune", "Prune a node's images", "POST", "/iofog/{uuid}/prune", [Uuid], "ioFog prune command has been set successfully"));

    private static Field Uuid => Field.Path("uuid", "UUID of the node", "--iofog-uuid", "-i");

    private static Field[] Settings =>
    [
        Field.Text("name", "Name", "--name", "-n"),
        Field.Integer("archId", "Architecture: 0 auto, 1 amd64, 2 arm64, 3 riscv64, 4 arm", "--arch-id", "--fog-type", "-y"),
        Field.Text("location", "Location", "--location", "-l"),
        Field.Number("latitude", "Latitude", "--latitude", "-t"),
        Field.Number("longitude", "Longitude", "--longitude", "-g"),
        Field.Text("description", "Description", "--description", "-d"),
        Field.Text("containerEngineUrl", "URL of the container engine", "--container-engine-url", "--docker-url", "-D"),
        Field.Integer("diskLimit", "Disk limit, GB", "--disk-limit", "-M"),
        Field.Text("diskDirectory", "Directory of the node's data", "--disk-directory", "-T"),
        Field.Integer("memoryLimit", "Memory limit, MB", "--memory-limit", "-m"),
        Field.Integer("cpuLimit", "Processor limit, %", "--cpu-limit", "-c"),
        Field.Integer("logLimit", "Limit of the log's size, GB", "--log-limit", "-G"),
        Field.Text("logDirectory", "Directory of the node's log", "--log-directory", "-Y"),
        Field.Integer("logFileCount", "Number of log files", "--log-file-count", "-C"),
        Field.Integer("statusFrequency", "Seconds between two status reports", "--status-frequency", "-s"),
        Field.Integer("changeFrequency", "Seconds between two polls", "--change-frequency", "-F"),
        Field.Integer("deviceScanFrequency", "Seconds between two device scans", "--device-frequency", "-Q"),
        Field.Switch("bluetoothEnabled", "Bluetooth", ["--bluetooth-enable", "-B"], ["--bluetooth-disable", "-b"]),
        Field.Switch("watchdogEnabled", "Watchdog", ["--watchdog-enable", "-W"], ["--watchdog-disable", "-w"]),
        Field.Switch("abstractedHardwareEnabled", "Hardware abstraction", ["--abs-hw-enable", "-A"], ["--abs-hw-disable", "-a"]),
        Field.Text("logLevel", "Log level", "--log-level", "-L"),
        Field.Integer("pruningFrequency", "Hours between two prunings", "--pruning-frequency", "--docker-pruning-frequency", "-p"),
        Field.Integer("availableDiskThreshold", "Free disk, %, below which the node prunes", "--available-disk-threshold", "-k"),
        Field.Text("host", "Address of the node", "--host"),
    ];

    /// <summary>The node's report is JSON inside a text.</summary>
    private static JsonElement WithParsedInfo(JsonElement answer)
    {
        if (JsonNode.Parse(answer.GetRawText()) is not JsonObject body || body["info"] is not JsonValue info || !info.TryGetValue<string>(out var text))
        {
            return answer;
        }

        try
        {
            body["info"] = JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return answer;
        }

        using var document = JsonDocument.Parse(body.ToJsonString());
        return document.RootElement.Clone();
    }
}
