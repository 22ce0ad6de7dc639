using System.CommandLine;
using System.Text.Json.Nodes;

namespace Controller.Cli;

/// <summary><c>iofog-controller catalog …</c> (runtime 6.8).</summary>
internal static class CatalogCommands
{
    public static Command Create(CommandHost host) => ApiCommand.Group(
        "catalog",
        "Catalog of microservice images",
        ApiCommand.Create(host, "add", "Add a catalog item", "POST", "/catalog/microservices", [Field.File(host), .. Settings]),
        ApiCommand.Create(
            host,
            "update",
            "Change a catalog item",
            "PATCH",
            "/catalog/microservices/{id}",
            [Id, Field.File(host), .. Settings],
            "Catalog item has been updated successfully."),
        ApiCommand.Create(
            host, "remove", "Remove a catalog item", "DELETE", "/catalog/microservices/{id}", [Id], "Catalog item has been removed successfully"),
        ApiCommand.Create(host, "list", "List catalog items", "GET", "/catalog/microservices"),
        ApiCommand.Create(host, "info", "Show a catalog item", "GET", "/catalog/microservices/{id}", [Id]));

    private static Field Id => Field.Path("id", "Id of the catalog item", "--item-id", "-i");

    private static Field[] Settings =>
    [
        Field.Text("name", "Name", "--name", "-n"),
        Field.Text("description", "Description", "--description", "-d"),
        Field.Text("category", "Category", "--category", "-c"),
        .. Images.Fields,
        Field.Text("publisher", "Publisher", "--publisher", "-p"),
        Field.Integer("diskRequired", "Disk needed, MB", "--disk-required", "-s"),
        Field.Integer("ramRequired", "Memory needed, MB", "--ram-required", "-r"),
        Field.Text("picture", "URL of a picture", "--picture", "-t"),
        Field.Switch("isPublic", "Public", ["--public", "-P"], ["--private", "-V"]),
        Field.Integer("registryId", "Id of the registry", "--registry-id", "-g"),
        Part("inputType", "infoType", "Type of the input", "--input-type", "-I"),
        Part("inputType", "infoFormat", "Format of the input", "--input-format", "-F"),
        Part("outputType", "infoType", "Type of the output", "--output-type", "-O"),
        Part("outputType", "infoFormat", "Format of the output", "--output-format", "-T"),
        Field.Text("configExample", "Example of a configuration", "--config-example", "-X"),
    ];

    private static Field Part(string member, string part, string description, params string[] names) => Field.Custom(
        description,
        (text, body) =>
        {
            if (body[member] is not JsonObject whole)
            {
                body[member] = whole = [];
            }

            whole[part] = text;
        },
        names);
}
