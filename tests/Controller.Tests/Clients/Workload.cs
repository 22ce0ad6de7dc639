using System.Text.Json.Nodes;
using Controller.Tests.Agents;
using Controller.Tests.Support;

namespace Controller.Tests.Clients;

/// <summary>Documents as operators write them, and what they refer to.</summary>
internal static class Workload
{
    /// <summary>A microservice with every part a document can have.</summary>
    public static JsonObject Rich(string name, string agent, long registry, int port = 8080) => JsonNode.Parse(
        $$$"""
        {"name":"{{{name}}}","agent":{"name":"{{{agent}}}"},
         "images":{"amd64":"example/{{{name}}}:1","arm64":"example/{{{name}}}:1-arm64","registry":{{{registry}}} },
         "container":{"annotations":{"team":"packing"},"hostNetworkMode":false,"isPrivileged":true,"runAsUser":"1000","platform":"linux/amd64",
          "pidMode":"host","ipcMode":"host","cpuSetCpus":"0-1","cdiDevices":["vendor.com/device=cam0"],"capAdd":["NET_ADMIN"],"capDrop":["MKNOD"],
          "ports":[{"internal":80,"external":{{{port}}} },{"internal":53,"external":{{{port + 1}}},"protocol":"udp"}],
          "volumes":[{"hostDestination":"/data","containerDestination":"/data","accessMode":"rw"},{"hostDestination":"frames","containerDestination":"/f","accessMode":"rw","type":"volume"}],
          "env":[{"key":"FPS","value":25},{"key":"TOKEN","valueFromSecret":"camera/token"},{"key":"LEVEL","valueFromConfigMap":"settings/level"}],
          "extraHosts":[{"name":"db","address":"10.0.0.9"},{"name":"self","address":"@AGENT@"}],
          "commands":["--fps","25"],
          "healthCheck":{"test":["CMD","true"],"interval":30,"timeout":5,"retries":3}},
         "schedule":60,"config":{"nested":{"a":[1,2.5,"x"]}} }
        """.Replace("@AGENT@", $"${{Agents.{agent}}}", StringComparison.Ordinal))!.AsObject();

    /// <summary>The least that a document needs.</summary>
    public static JsonObject Item(string name, string agent, string image = "example/image:1") => new()
    {
        ["name"] = name,
        ["agent"] = new JsonObject { ["name"] = agent },
        ["images"] = new JsonObject { ["amd64"] = image, ["arm64"] = image },
    };

    /// <summary>What <see cref="Rich"/> refers to.</summary>
    public static async Task AddReferencesAsync(TestController controller)
    {
        await controller.OkAsync(201, "POST", "/secrets", """{"name":"camera","type":"Opaque","data":{"token":"s3cr3t"}}""");
        await controller.OkAsync(201, "POST", "/configmaps", """{"name":"settings","data":{"level":"info"}}""");
    }
}
