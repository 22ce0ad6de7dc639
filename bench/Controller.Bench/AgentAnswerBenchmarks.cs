using System.Buffers;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Controller.Agents;

namespace Controller.Bench;

/// <summary>The largest answer that an agent gets: everything its node shall run.</summary>
[MemoryDiagnoser]
public class AgentAnswerBenchmarks
{
    private readonly ArrayBufferWriter<byte> _buffer = new(1 << 20);
    private AgentMicroservicesBody _body = null!;

    [Params(10, 200)]
    public int Microservices { get; set; }

    [GlobalSetup]
    public void Setup() => _body = new([.. Enumerable.Range(0, Microservices).Select(Microservice)]);

    /// <returns>Bytes of the answer.</returns>
    [Benchmark]
    public int WriteMicroservices()
    {
        _buffer.ResetWrittenCount();
        using var writer = new Utf8JsonWriter(_buffer);
        JsonSerializer.Serialize(writer, _body, AgentMicroserviceJson.Default.AgentMicroservicesBody);
        return _buffer.WrittenCount;
    }

    private static AgentMicroserviceBody Microservice(int i) => new()
    {
        Uuid = Guid.NewGuid().ToString(),
        Name = $"sensor-reader-{i}",
        Application = $"plant-{i / 20}",
        ImageId = "registry.example.com/plant/sensor-reader:4.2.1",
        Config = """{"interval":5,"topics":["temperature","pressure"],"limits":{"high":80,"low":10}}""",
        Annotations = """{"team":"plant"}""",
        Rebuild = false,
        HostNetworkMode = false,
        IsPrivileged = false,
        CpuSetCpus = "0,1",
        MemoryLimit = 256,
        HealthCheck = new(["CMD", "curl", "-f", "http://localhost/health"], 30, 5, 10, 5, 3),
        PidMode = "",
        IpcMode = "",
        RunAsUser = "",
        Platform = "linux/amd64",
        Runtime = "",
        LogSize = 10,
        RegistryId = 1,
        PortMappings = [new(80, 8000 + i, false), new(443, 18000 + i, null)],
        VolumeMappings = [new("/var/lib/plant", "/data", "rw", "bind"), new("cache", "/cache", "rw", "volume")],
        Delete = false,
        DeleteWithCleanup = false,
        Env = [.. Enumerable.Range(0, 8).Select(n => new AgentEnvBody($"SETTING_{n}", $"value {n} of {i}"))],
        ExtraHosts = ["broker:192.168.1.10", "historian:192.168.1.11"],
        Cmd = ["--verbose", "--port", "80"],
        CdiDevices = [],
        CapAdd = ["NET_ADMIN"],
        CapDrop = [],
        IsRouter = false,
        IsNats = false,
        IsController = false,
        Schedule = 50,
        ServiceAccount = new("default", new("Role", "reader", "rbac.datasance.com/v3"), [new([""], ["microservices"], ["get", "list"])]),
    };
}
