using System.Text.Json.Nodes;

namespace Controller.Cli;

/// <summary>The options that name a container image for each architecture.</summary>
internal static class Images
{
    public static Field[] Fields =>
    [
        Of(1, "amd64", "--x86-image", "--amd64-image", "-x"),
        Of(2, "arm64", "--arm-image", "--arm64-image", "-a"),
        Of(3, "riscv64", "--riscv64-image"),
        Of(4, "arm (32 bit)", "--arm32-image"),
    ];

    private static Field Of(int architecture, string name, params string[] names) => Field.Custom(
        $"Image for {name}",
        (image, body) =>
        {
            if (body["images"] is not JsonArray images)
            {
                body["images"] = images = [];
            }

            images.Add((JsonNode)new JsonObject { ["containerImage"] = image, ["archId"] = architecture });
        },
        names);
}
