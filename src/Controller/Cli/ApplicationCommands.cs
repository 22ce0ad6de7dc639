using System.CommandLine;

namespace Controller.Cli;

/// <summary><c>iofog-controller application …</c> (runtime 6.6).</summary>
internal static class ApplicationCommands
{
    public static Command Create(CommandHost host) => ApiCommand.Group(
        "application",
        "Applications",
        ApiCommand.Create(
            host,
            "add",
            "Add an application",
            "POST",
            "/application",
            [Field.File(host), Field.Text("name", "Name", "--name", "-n"), .. Settings]),
        ApiCommand.Create(
            host, "update", "Change an application", "PATCH", "/application/{name}", [Name, Field.File(host), .. Settings], "Application updated successfully."),
        ApiCommand.Create(host, "remove", "Remove an application and its microservices", "DELETE", "/application/{name}", [Name], "Application removed successfully."),
        ApiCommand.Create(host, "list", "List applications", "GET", "/application"),
        ApiCommand.Create(host, "info", "Show an application", "GET", "/application/{name}", [Name]));

    private static Field Name => Field.Path("name", "Name of the application", "--name", "-n");

    private static Field[] Settings =>
    [
        Field.Text("description", "Description", "--description", "-d"),
        Field.Switch("isActivated", "Activated", ["--activate", "-a"], ["--deactivate", "-D"]),
    ];
}
