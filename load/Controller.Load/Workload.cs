using System.Globalization;
using System.Text.Json.Nodes;

namespace Controller.Load;

/// <summary>Bodies of applications and microservices as operators deploy them: images, ports, variables, a volume.</summary>
internal static class Workload
{
    private const int FirstPort = 20_000;
    private static int s_port;

    /// <summary>An application whose microservices are spread over fogs, one after the other from a given one on.</summary>
    public static JsonObject Application(string name, int microservices, IReadOnlyList<string> fogs, int firstFog) => new()
    {
        ["name"] = name,
        ["description"] = "made by controller-load",
        ["isActivated"] = true,
        ["microservices"] = new JsonArray([.. Enumerable.Range(0, microservices)
            .Select(index => (JsonNode)Microservice(string.Create(CultureInfo.InvariantCulture, $"{name}-{index}"), fogs[(firstFog + index) % fogs.Count]))]),
    };

    /// <summary>A microservice with a port that no other one of this run has.</summary>
    public static JsonObject Microservice(string name, string fog)
    {
        var port = FirstPort + (Interlocked.Increment(ref s_port) % 30_000);
        return new JsonObject
        {
            ["name"] = name,
            ["iofogUuid"] = fog,
            ["registryId"] = 1,
            ["images"] = new JsonArray(
                new JsonObject { ["containerImage"] = "registry.example.com/edge/sensor-gateway:2.14.1", ["archId"] = 1 },
                new JsonObject { ["containerImage"] = "registry.example.com/edge/sensor-gateway:2.14.1-arm64", ["archId"] = 2 }),
            ["config"] = """{"interval":500,"topics":["line/1/temperature","line/1/pressure"],"buffer":{"size":4096,"flush":true}}""",
            ["ports"] = new JsonArray(new JsonObject { ["internal"] = 8080, ["external"] = port, ["protocol"] = "tcp" }),
            ["env"] = Variables("info"),
            ["volumeMappings"] = new JsonArray(new JsonObject
            {
                ["hostDestination"] = "/var/lib/gateway", ["containerDestination"] = "/data", ["accessMode"] = "rw", ["type"] = "bind",
            }),
            ["cmd"] = new JsonArray("--listen", "0.0.0.0:8080"),
        };
    }

    /// <summary>The environment, with the one variable that the update changes.</summary>
    public static JsonArray Variables(string logLevel) => new(
        new JsonObject { ["key"] = "LOG_LEVEL", ["value"] = logLevel },
        new JsonObject { ["key"] = "SITE", ["value"] = "plant-7" },
        new JsonObject { ["key"] = "UPSTREAM", ["value"] = "mqtt://broker.local:1883" });
}
