using System.CommandLine;
using System.Text.Json.Nodes;

namespace Controller.Cli;

/// <summary><c>iofog-controller registry …</c> (runtime 6.8).</summary>
internal static class RegistryCommands
{
    public static Command Create(CommandHost host) => ApiCommand.Group(
        "registry",
        "Container registries",
        ApiCommand.Create(host, "add", "Add a registry", "POST", "/registries", [Anonymous, .. Settings]),
        ApiCommand.Create(
            host, "update", "Change a registry", "PATCH", "/registries/{id}", [Id, .. Settings], "Registry has been updated successfully."),
        ApiCommand.Create(host, "remove", "Remove a registry", "DELETE", "/registries/{id}", [Id], "Registry has been removed successfully."),
        ApiCommand.Create(host, "list", "List registries; passwords are not shown", "GET", "/registries"));

    private static Field Id => Field.Path("id", "Id of the registry", "--item-id", "-i");

    /// <summary>The API wants every member named; what is not given is empty, and the registry private.</summary>
    private static Field Anonymous => new((_, request) => request.Body = new JsonObject
    {
        ["isPublic"] = false,
        ["username"] = "",
        ["password"] = "",
        ["email"] = "",
    });

    private static Field[] Settings =>
    [
        Field.Text("url", "URI", "--uri", "-U"),
        Field.Switch("isPublic", "Public", ["--public", "-b"], ["--private", "-r"]),
        Field.Text("username", "User name", "--username", "-l"),
        Field.Text("password", "Password", "--password", "-p"),
        Field.Text("email", "E-mail address", "--email", "-e"),
    ];
}
