using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Edgelet.Simulator;

namespace Controller.Tests.Simulator;

public class StrictDecodingTests
{
    private static readonly Dictionary<string, Func<StrictObject, object?>> s_readers = new()
    {
        ["changes.get.response.json"] = AgentChanges.Read,
        ["changes.get.idle.response.json"] = AgentChanges.Read,
        ["config.get.response.json"] = AgentConfig.Read,
        ["exec.sessions.get.response.json"] = AgentExecSession.ReadList,
        ["exec.sessions.get.empty.response.json"] = AgentExecSession.ReadList,
        ["logs.sessions.get.response.json"] = AgentLogSession.ReadList,
        ["logs.sessions.get.empty.response.json"] = AgentLogSession.ReadList,
        ["microservices.get.response.json"] = AgentMicroservice.ReadList,
        ["microservices.get.empty.response.json"] = AgentMicroservice.ReadList,
        ["microservices.get.system-fog.response.json"] = AgentMicroservice.ReadList,
        ["ping.status.response.json"] = ControllerStatus.Read,
        ["provision.response.json"] = ProvisionAnswer.Read,
        ["registries.get.response.json"] = AgentRegistry.ReadList,
        ["tunnel.get.response.json"] = AgentTunnel.Read,
        ["version.get.response.json"] = AgentVersionCommand.Read,
        ["version.get.rollback.response.json"] = AgentVersionCommand.Read,
        ["volumeMounts.get.response.json"] = AgentVolumeMount.ReadList,
    };

    public static IEnumerable<string> Examples() => s_readers.Keys;

    [Test]
    [MethodDataSource(nameof(Examples))]
    public async Task Every_example_decodes(string name)
    {
        using var document = StrictObject.Parse(AgentExamples.Bytes(name), "", out var root);

        await Assert.That(s_readers[name](root)).IsNotNull();
    }

    /// <summary>Takes away, nulls and retypes each value of each example in turn: none of it may pass as what it was.</summary>
    [Test]
    [MethodDataSource(nameof(Examples))]
    public async Task Every_value_is_checked(string name)
    {
        var original = JsonNode.Parse(AgentExamples.Bytes(name))!;
        var unnoticed = new List<string>();
        foreach (var path in Leaves(original))
        {
            foreach (var wrong in (ReadOnlySpan<string?>)["[[]]", "{\"a\":{}}", null])
            {
                var damaged = original.DeepClone();
                var node = damaged;
                foreach (var step in path[..^1])
                {
                    node = step is int at ? node![at] : node![(string)step];
                }

                if (path[^1] is int index)
                {
                    if (wrong is null)
                    {
                        continue;
                    }

                    node![index] = JsonNode.Parse(wrong);
                }
                else if (wrong is null)
                {
                    node!.AsObject().Remove((string)path[^1]);
                }
                else
                {
                    node![(string)path[^1]] = JsonNode.Parse(wrong);
                }

                try
                {
                    using var document = StrictObject.Parse(Encoding.UTF8.GetBytes(damaged.ToJsonString()), "", out var root);
                    s_readers[name](root);
                    unnoticed.Add($"{string.Join('.', path)} = {wrong ?? "(absent)"}");
                }
                catch (AgentDecodeException)
                {
                    // Noticed.
                }
            }
        }

        // What the contract leaves optional or the agent does not read.
        string[] free =
        [
            "gpsMode = (absent)", "gpsDevice = (absent)", "latitude = (absent)", "longitude = (absent)", "timeZone = (absent)", "semver = (absent)",
            "interval = (absent)", "timeout = (absent)", "startPeriod = (absent)", "startInterval = (absent)", "retries = (absent)",
            "versions.controller = (absent)", "versions =", "timestamp", "uptimeSec", "ecnViewer",
        ];
        await Assert.That(unnoticed.Where(text => !free.Any(text.Contains))).IsEmpty();
    }

    [Test]
    [Arguments("\"config\": false", "\"config\": null", "config")]
    [Arguments("\"fogLogs\": false", "\"fogLogs\": \"false\"", "fogLogs")]
    [Arguments("2026-07-10T08:00:20.114Z", "2026-07-10T08:00:20Z", "lastUpdated")]
    [Arguments("2026-07-10T08:00:20.114Z", "2026-07-10T08:00:20.114+00:00", "lastUpdated")]
    public async Task Changes_name_the_key_at_fault(string from, string to, string path)
    {
        var text = AgentExamples.Text("changes.get.idle.response.json").Replace(from, to);

        await Assert.That(Fault(text, AgentChanges.Read)).IsEqualTo(path);
    }

    [Test]
    [Arguments("\"annotations\": \"{}\"", "\"annotations\": {}", "microservices[0].annotations")]
    [Arguments("\"logSize\": 10", "\"logSize\": 10.5", "microservices[1].logSize")]
    [Arguments("\"gateway:192.168.1.1\"", "\"gateway\"", "microservices[1].extraHosts[0]")]
    [Arguments("\"value\": \"ble0\"", "\"value\": 5", "microservices[1].env[0].value")]
    [Arguments("\"type\": \"volumeMount\"", "\"type\": \"serviceAccount\"", "microservices[0].volumeMappings[0].type")]
    [Arguments("\"apiGroup\": \"edgelet.iofog.org/v1\"", "\"apiGroup\": \"\"", "microservices[1].serviceAccount.roleRef.apiGroup")]
    public async Task Microservices_name_the_value_at_fault(string from, string to, string path)
    {
        var text = AgentExamples.Text("microservices.get.response.json").Replace(from, to);

        await Assert.That(Fault(text, AgentMicroservice.ReadList)).IsEqualTo(path);
    }

    [Test]
    [Arguments("")]
    [Arguments("[]")]
    [Arguments("\"\"")]
    [Arguments("{} {}")]
    [Arguments("<html>")]
    public async Task Only_one_object_is_a_body(string text)
    {
        await Assert.That(Fault(text, static json => json)).IsEqualTo("");
    }

    [Test]
    public async Task A_sound_configuration_is_applied_and_its_changes_named()
    {
        var config = new EdgeletConfig();
        var result = config.Apply(ReadConfig("\"changeFrequency\": 20", "\"changeFrequency\": 1"), "edgelet");

        await Assert.That(result.Failures).IsEmpty();
        await Assert.That(result.Changed).Contains("changeFrequency");
        await Assert.That(config.ChangeFrequency).IsEqualTo(1);
        await Assert.That(config.Apply(ReadConfig("", ""), "edgelet").Changed).IsEquivalentTo(["changeFrequency"]);
    }

    [Test]
    [Arguments("\"gpsMode\": \"auto\"", "\"gpsMode\": null", "gpsMode")]
    [Arguments("\"gpsDevice\": \"/dev/ttyUSB0\"", "\"gpsDevice\": \"\"", "gpsDevice")]
    [Arguments("\"timeZone\": \"Europe/Istanbul\"", "\"timeZone\": null", "timeZone")]
    [Arguments("\"statusFrequency\": 10", "\"statusFrequency\": 10.5", "statusFrequency")]
    [Arguments("\"pruningFrequency\": 0", "\"pruningFrequency\": 1000000", "pruningFrequency")]
    [Arguments("unix:///run/edgelet/containerd.sock", "unix:///var/run/docker.sock", "containerEngineUrl")]
    public async Task A_value_the_agent_cannot_take_fails_the_whole_configuration(string from, string to, string key)
    {
        var result = new EdgeletConfig().Apply(ReadConfig(from, to), "edgelet");

        await Assert.That(result.Succeeded).IsFalse();
        await Assert.That(result.Failures.Single()).StartsWith(key + ":");
    }

    [Test]
    [Arguments(false, "status.put.request.json", "1.0.3")]
    [Arguments(true, "status.put.edgelet-1.1.request.json", "1.1.0")]
    public async Task A_status_has_the_keys_and_types_of_the_example(bool edgelet11, string name, string version)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1783670400);
        var status = StatusReport.Realistic(now, now.AddHours(-1), [StatusReport.RunningMicroservice("u", "c", now.AddMinutes(-2), now)]);
        using var made = JsonDocument.Parse((edgelet11 ? status.AsEdgelet11(version) : status).ToUtf8());
        using var example = JsonDocument.Parse(AgentExamples.Bytes(name));

        var madeKeys = made.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => Kind(p.Value));
        var exampleKeys = example.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => Kind(p.Value));
        await Assert.That(madeKeys).IsEquivalentTo(exampleKeys);

        static string Kind(JsonElement value) => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? "boolean" : value.ValueKind.ToString();
    }

    private static AgentConfig ReadConfig(string from, string to)
    {
        var text = AgentExamples.Text("config.get.response.json");
        using var document = StrictObject.Parse(Encoding.UTF8.GetBytes(from.Length == 0 ? text : text.Replace(from, to)), "", out var root);
        return AgentConfig.Read(root);
    }

    private static string? Fault<T>(string text, Func<StrictObject, T> read)
    {
        try
        {
            using var document = StrictObject.Parse(Encoding.UTF8.GetBytes(text), "", out var root);
            read(root);
            return null;
        }
        catch (AgentDecodeException error)
        {
            return error.Path;
        }
    }

    private static IEnumerable<object[]> Leaves(JsonNode? node, params object[] at)
    {
        IEnumerable<(object Step, JsonNode? Child)> children = node switch
        {
            JsonObject map => map.Select(pair => ((object)pair.Key, pair.Value)),
            JsonArray array => array.Select((item, i) => ((object)i, item)),
            _ => [],
        };
        foreach (var (step, child) in children)
        {
            // The content of a volume mount is the user's.
            if (at.Contains("data"))
            {
                continue;
            }

            yield return [.. at, step];
            foreach (var deeper in Leaves(child, [.. at, step]))
            {
                yield return deeper;
            }
        }
    }
}
