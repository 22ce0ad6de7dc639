using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Controller.Tests.Support;

namespace Controller.Tests.Clients;

/// <summary>
/// The Console as the browser runs it (clients 1.4, 4.3, 4.4): cross-origin requests with a bearer token and no
/// cookies, JSON bodies only, documents taken apart in the browser.
/// </summary>
internal sealed class EdgeOpsConsole : IDisposable
{
    public const string Origin = "http://console.example.com:8008";

    private readonly HttpClient _http;

    public EdgeOpsConsole(TestController controller)
    {
        _http = new HttpClient { BaseAddress = controller.App.Address };
        _http.DefaultRequestHeaders.Add("Origin", Origin);
        _http.DefaultRequestHeaders.Add("Authorization", "Bearer test");
    }

    /// <summary>A request that must succeed and be readable for the page: CORS on the answer, JSON where a body is read.</summary>
    public async Task<JsonNode?> SendAsync(string method, string path, JsonNode? body = null)
    {
        var (status, answer, _) = await TryAsync(method, path, body?.ToJsonString() ?? "");
        await Assert.That(status is >= 200 and < 300).IsTrue().Because($"{method} {path}: {status} {answer?.ToJsonString()}");
        return answer;
    }

    /// <summary>Status, body and the error text that a toast would show.</summary>
    public async Task<(int Status, JsonNode? Body, string? Message)> TryAsync(
        string method, string path, string body = "", string contentType = "application/json")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/api/v3" + path);
        if (method != "GET" || body.Length > 0)
        {
            request.Content = new StringContent(body, Encoding.UTF8);
            request.Content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(contentType);
        }

        using var response = await _http.SendAsync(request);
        await Assert.That(response.Headers.GetValues("Access-Control-Allow-Origin").Single()).IsEqualTo(Origin);
        var text = await response.Content.ReadAsStringAsync();
        var answer = text.Length == 0 ? null : JsonNode.Parse(text);
        return ((int)response.StatusCode, answer, (answer as JsonObject)?["message"]?.GetValue<string>());
    }

    /// <summary>The global poll: agents, then applications with their microservices, users' and the system's.</summary>
    public async Task<ConsoleData> PollAsync()
    {
        var agents = Items(await SendAsync("GET", "/iofog-list"), "fogs");
        foreach (var agent in agents)
        {
            _ = (Text(agent, "uuid"), Text(agent, "name"), Text(agent, "daemonStatus"));
        }

        return new ConsoleData(agents, await ApplicationsAsync("/application", "/microservices"), await ApplicationsAsync("/application/system", "/microservices/system"));
    }

    public void Dispose() => _http.Dispose();

    /// <summary>A member that the page uses as a string without a guard.</summary>
    public static string Text(JsonNode node, string key) =>
        node[key] is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw new InvalidOperationException($"{key} is not a string");

    public static JsonArray Array(JsonNode? node, string key) => node?[key] as JsonArray ?? throw new InvalidOperationException($"{key} is not an array");

    /// <summary>What the page's editor shows of an agent, read back: the body of its PATCH.</summary>
    public static JsonObject AgentPatch(JsonNode agent)
    {
        string[] copied =
        [
            "location", "description", "networkInterface", "containerEngineUrl", "containerEngine", "deploymentType", "diskLimit", "diskDirectory",
            "memoryLimit", "cpuLimit", "logLimit", "logDirectory", "logFileCount", "statusFrequency", "changeFrequency", "deviceScanFrequency",
            "bluetoothEnabled", "watchdogEnabled", "gpsMode", "gpsScanFrequency", "gpsDevice", "edgeGuardFrequency", "abstractedHardwareEnabled",
            "logLevel", "pruningFrequency", "availableDiskThreshold", "timeZone", "host", "name", "tags", "archId", "routerMode", "messagingPort",
            "edgeRouterPort", "interRouterPort", "natsMode", "natsServerPort", "natsLeafPort", "natsClusterPort", "natsMqttPort", "natsHttpPort",
            "jsStorageSize", "jsMemoryStoreSize",
        ];
        var body = new JsonObject
        {
            ["upstreamRouters"] = agent["upstreamRouters"]?.DeepClone() ?? new JsonArray(),
            ["upstreamNatsServers"] = agent["upstreamNatsServers"]?.DeepClone() ?? new JsonArray(),
        };
        foreach (var key in copied.Where(agent.AsObject().ContainsKey))
        {
            // A null survives the way through YAML; only what is absent stays away.
            body[key] = agent[key]?.DeepClone();
        }

        foreach (var key in new[] { "latitude", "longitude" }.Where(k => agent[k] is not null))
        {
            body[key] = agent[key]!.DeepClone();
        }

        return body;
    }

    /// <summary>What the page's editor shows of a microservice, read back: the body of a PATCH, or an item of an application's PUT.</summary>
    public static JsonObject MicroserviceBody(JsonNode m, IEnumerable<JsonNode> agents)
    {
        var fromCatalog = m["catalogItemId"] is not null;
        var body = new JsonObject
        {
            ["config"] = JsonNode.Parse(Text(m, "config"))!.ToJsonString(),
            ["name"] = Text(m, "name"),
            ["catalogItemId"] = fromCatalog ? m["catalogItemId"]!.DeepClone() : null,
            ["agentName"] = Text(agents.Single(a => Text(a, "uuid") == Text(m, "iofogUuid")), "name"),
            ["registryId"] = fromCatalog ? null : m["registryId"]!.DeepClone(),
            ["images"] = fromCatalog ? null : m["images"]!.DeepClone(),
            ["annotations"] = JsonNode.Parse(Text(m, "annotations"))!.ToJsonString(),
            ["hostNetworkMode"] = m["hostNetworkMode"]!.DeepClone(),
            ["isPrivileged"] = m["isPrivileged"]!.DeepClone(),
            ["volumes"] = Without(m["volumeMappings"]!, "id"),
            ["volumeMappings"] = Without(m["volumeMappings"]!, "id"),
            ["commands"] = m["cmd"]!.DeepClone(),
            ["cmd"] = m["cmd"]!.DeepClone(),
            ["extraHosts"] = m["extraHosts"]!.DeepClone(),
            ["ports"] = m["ports"]!.DeepClone(),
            ["healthCheck"] = m["healthCheck"]?.DeepClone() ?? new JsonObject(),
            ["env"] = new JsonArray([.. m["env"]!.AsArray().Select(e => (JsonNode)Variable(e!))]),
            ["natsConfig"] = new JsonObject { ["natsAccess"] = m["natsConfig"]!["natsAccess"]!.DeepClone() },
            ["application"] = Text(m, "application"),
            ["memoryLimit"] = m["memoryLimit"]?.DeepClone(),
        };
        foreach (var key in new[] { "runAsUser", "ipcMode", "pidMode", "platform", "runtime", "cpuSetCpus", "cdiDevices", "capAdd", "capDrop" })
        {
            body[key] = m[key]!.DeepClone();
        }

        if (m["serviceAccount"]?["roleRef"] is { } role)
        {
            body["serviceAccount"] = new JsonObject { ["roleRef"] = new JsonObject { ["kind"] = Text(role, "kind"), ["name"] = Text(role, "name") } };
        }

        foreach (var key in body.Where(p => p.Value is null).Select(p => p.Key).ToList())
        {
            body.Remove(key);
        }

        return body;
    }

    private static JsonObject Variable(JsonNode e)
    {
        var variable = new JsonObject { ["key"] = Text(e, "key") };
        if (e["valueFromSecret"] is { } secret)
        {
            variable["valueFromSecret"] = secret.DeepClone();
        }
        else if (e["valueFromConfigMap"] is { } map)
        {
            variable["valueFromConfigMap"] = map.DeepClone();
        }
        else
        {
            variable["value"] = Text(e, "value");
        }

        return variable;
    }

    private static JsonArray Without(JsonNode list, string key) => new([.. list.AsArray().Select(i =>
    {
        var copy = i!.DeepClone().AsObject();
        copy.Remove(key);
        return (JsonNode)copy;
    })]);

    private async Task<List<JsonNode>> ApplicationsAsync(string applications, string microservices)
    {
        var list = Items(await SendAsync("GET", applications), "applications");
        foreach (var application in list)
        {
            var name = Text(application, "name");
            _ = application["id"]!.GetValue<long>();
            _ = application["isActivated"]!.GetValue<bool>();
            _ = Text(application, "description");
            _ = DateTimeOffset.Parse(Text(application, "createdAt"), CultureInfo.InvariantCulture);
            application["microservices"] = new JsonArray([.. Items(await SendAsync("GET", $"{microservices}?application={Uri.EscapeDataString(name)}"), "microservices").Select(m => m.DeepClone())]);
            foreach (var m in Items(application, "microservices"))
            {
                Check(m, name);
            }
        }

        return list;
    }

    /// <summary>Everything that the lists and the detail panel read without a guard.</summary>
    private static void Check(JsonNode m, string application)
    {
        _ = (Text(m, "uuid"), Text(m, "name"), Text(m, "iofogUuid"), m["isActivated"]!.GetValue<bool>(), m["applicationId"]!.GetValue<long>());
        var status = m["status"] as JsonObject ?? throw new InvalidOperationException("no status");
        foreach (var key in new[] { "status", "ipAddress", "errorMessage", "containerId" })
        {
            Text(status, key);
        }

        _ = (status["startTime"]!.GetValue<long>(), status["operatingDuration"]!.GetValue<long>(), Array(status, "execSessionIds"));
        if (Text(m, "application") != application || ((string?)m["execStatus"]?["status"])?.ToLowerInvariant() == "inactive")
        {
            throw new InvalidOperationException("the terminal would ask to enable exec first");
        }

        var arches = Array(m, "images").Select(i => i!["archId"]!.GetValue<int>()).ToList();
        if (!arches.SequenceEqual(arches.Order()))
        {
            throw new InvalidOperationException("images are shown by their position");
        }

        foreach (var port in Array(m, "ports"))
        {
            _ = (port!["internal"]!.GetValue<long>(), port["external"]!.GetValue<long>(), Text(port, "protocol"));
        }

        using var config = JsonDocument.Parse(Text(m, "config"));
        using var annotations = JsonDocument.Parse(Text(m, "annotations"));
    }

    private static List<JsonNode> Items(JsonNode? node, string key) => [.. Array(node, key).Select(i => i!)];
}

/// <summary>What the pages show.</summary>
internal sealed record ConsoleData(List<JsonNode> Agents, List<JsonNode> Applications, List<JsonNode> SystemApplications)
{
    public IEnumerable<JsonNode> Microservices => Applications.SelectMany(a => a["microservices"]!.AsArray()).Select(m => m!);
}
