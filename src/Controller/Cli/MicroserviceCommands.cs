using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Controller.Cli;

/// <summary><c>iofog-controller microservice …</c> (runtime 6.7).</summary>
internal static class MicroserviceCommands
{
    public static Command Create(CommandHost host) => ApiCommand.Group(
        "microservice",
        "Microservices",
        ApiCommand.Create(
            host,
            "add",
            "Add a microservice",
            "POST",
            "/microservices",
            [
                Field.File(host),
                Field.Text("application", "Name of the application", "--application-name", "-F"),
                .. Settings,
                Field.Items("ports", "Ports, internal:external[:tcp|udp]", Port, "--ports", "-p"),
            ]),
        ApiCommand.Create(
            host,
            "update",
            "Change a microservice",
            "PATCH",
            "/microservices/{uuid}",
            [Uuid, Field.File(host), .. Settings, Field.Flag("rebuild", "Rebuild the container", "--rebuild", "-w")],
            "Microservice has been updated successfully."),
        ApiCommand.Create(
            host,
            "remove",
            "Remove a microservice",
            "DELETE",
            "/microservices/{uuid}",
            [Uuid, Field.Flag("withCleanup", "Accepted for old scripts; without effect, as in the original", "--cleanup", "-z")],
            "Microservice has been removed successfully."),
        ApiCommand.Create(host, "list", "List microservices", "GET", "/microservices"),
        ApiCommand.Create(host, "info", "Show a microservice", "GET", "/microservices/{uuid}", [Uuid]),
        ApiCommand.Create(
            host,
            "port-mapping-create",
            "Add a port",
            "POST",
            "/microservices/{uuid}/port-mapping",
            [Uuid, Whole("Port, internal:external[:tcp|udp]", Port)],
            "Port mapping has been created successfully."),
        ApiCommand.Create(
            host,
            "port-mapping-remove",
            "Remove a port",
            "DELETE",
            "/microservices/{uuid}/port-mapping/{port}",
            [Uuid, Field.Path("port", "Port inside the container", "--internal-port", "-b")],
            "Port mapping has been removed successfully."),
        ApiCommand.Create(host, "port-mapping-list", "List ports", "GET", "/microservices/{uuid}/port-mapping", [Uuid]),
        ApiCommand.Create(
            host,
            "volume-mapping-create",
            "Add a volume",
            "POST",
            "/microservices/{uuid}/volume-mapping",
            [Uuid, Whole("Volume, host:container:mode[:type]", Volume)]),
        ApiCommand.Create(
            host,
            "volume-mapping-remove",
            "Remove a volume",
            "DELETE",
            "/microservices/{uuid}/volume-mapping/{id}",
            [Uuid, Field.Path("id", "Id of the volume mapping", "--mapping-id", "-m")],
            "Volume mapping has been deleted successfully."),
        ApiCommand.Create(host, "volume-mapping-list", "List volumes", "GET", "/microservices/{uuid}/volume-mapping", [Uuid]));

    private static Field Uuid => Field.Path("uuid", "UUID of the microservice", "--microservice-uuid", "-i");

    private static Field[] Settings =>
    [
        Field.Text("name", "Name", "--name", "-n"),
        .. Images.Fields,
        Field.Integer("registryId", "Id of the registry", "--registry-id", "-d"),
        Field.Integer("catalogItemId", "Id of the catalog item", "--catalog-id", "-c"),
        Field.Text("iofogUuid", "UUID of the node", "--iofog-uuid", "-I"),
        Field.Text("config", "Configuration, JSON", "--config", "-g"),
        Field.Text("annotations", "Annotations, JSON", "--annotations", "-A"),
        Field.Items("volumeMappings", "Volumes, host:container:mode[:type]", Volume, "--volumes", "-v"),
        Field.Integer("logSize", "Limit of the log's size, MB", "--log-size", "-l"),
        Field.Flag("hostNetworkMode", "Use the node's network", "--host-network-mode"),
        Field.Flag("isPrivileged", "Run privileged", "--is-privileged"),
        Field.Items("env", "Environment, KEY=VALUE", Variable, "--env", "-e"),
        Field.Texts("cmd", "Command", "--cmd", "-C"),
        Field.Texts("cdiDevices", "CDI devices", "--cdiDevices", "-D"),
        Field.Texts("capAdd", "Capabilities added", "--capAdd"),
        Field.Texts("capDrop", "Capabilities dropped", "--capDrop"),
        Field.Text("runAsUser", "User in the container", "--user", "-U"),
        Field.Text("platform", "Platform", "--platform", "-L"),
        Field.Text("runtime", "Runtime", "--runtime", "-y"),
    ];

    /// <summary>A required <c>--mapping</c> that is the whole body.</summary>
    private static Field Whole(string description, Func<string, JsonObject> read)
    {
        var option = new Option<string>("--mapping", "-P") { Description = description, Required = true };
        return new(
            (given, request) =>
            {
                try
                {
                    request.Body = read(given.GetRequiredValue(option));
                }
                catch (FormatException e)
                {
                    throw new CommandException($"Invalid value of --mapping: {e.Message}", "InvalidArgumentError");
                }
            },
            option);
    }

    private static JsonObject Port(string text)
    {
        var parts = text.Split(':');
        if (parts.Length is not (2 or 3)
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var inside)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var outside))
        {
            throw new FormatException($"'{text}' is not internal:external[:tcp|udp]");
        }

        var port = new JsonObject { ["internal"] = inside, ["external"] = outside };
        if (parts.Length == 3)
        {
            port["protocol"] = parts[2];
        }

        return port;
    }

    private static JsonObject Volume(string text) => text.Split(':') is [var host, var container, var mode, .. var rest] && rest.Length <= 1
        ? new JsonObject { ["hostDestination"] = host, ["containerDestination"] = container, ["accessMode"] = mode, ["type"] = rest is [var type] ? type : "bind" }
        : throw new FormatException($"'{text}' is not host:container:mode[:type]");

    private static JsonObject Variable(string text) => text.IndexOf('=', StringComparison.Ordinal) is > 0 and var at
        ? new JsonObject { ["key"] = text[..at], ["value"] = text[(at + 1)..] }
        : throw new FormatException($"'{text}' is not KEY=VALUE");
}
