using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Controller.Hosting;
using Controller.Sql;
using Controller.Tests.Microservices;
using CsCheck;

namespace Controller.Tests.Properties;

/// <summary>One Controller that all samples of a run are sent to, with one object of every noun.</summary>
internal sealed class PropertyWorld(Workloads world) : IAsyncDisposable
{
    /// <summary>The application that PATCH and PUT change; <c>shop</c> keeps its microservice.</summary>
    public const string Replaced = "replaced";

    private static readonly string[] Tables =
    [
        "Fogs", "FogPlatformSpecs", "FogPlatformStatuses", "Tags", "IofogTags", "Applications", "Microservices", "MicroservicePorts", "MicroserviceEnvs",
        "MicroserviceArgs", "MicroserviceCdiDevices", "MicroserviceCapAdd", "MicroserviceCapDrop", "MicroserviceExtraHost", "MicroserviceHealthChecks",
        "MicroserviceStatuses", "MicroserviceExecStatuses", "VolumeMappings", "RbacServiceAccounts", "CatalogItems", "CatalogItemImages",
        "CatalogItemInputTypes", "CatalogItemOutputTypes", "Registries",
    ];

    private static readonly string CountSql =
        "SELECT " + string.Join(" || ' ' || ", Tables.Select(t => $"CAST((SELECT COUNT(*) FROM \"{t}\") AS TEXT)"));

    private static readonly int Factor = int.Parse(
        Environment.GetEnvironmentVariable("PROPERTY_FACTOR") ?? "1", System.Globalization.CultureInfo.InvariantCulture);

    private int _names;

    /// <summary>How many samples to draw: a fixed number, times <c>PROPERTY_FACTOR</c> for a long search.</summary>
    public static int Samples(int count) => count * Factor;

    public string Fog { get; private set; } = "";

    public string Microservice { get; private set; } = "";

    /// <summary>One of the Controller's own, from the system's catalog.</summary>
    public string SystemMicroservice { get; private set; } = "";

    public long Item { get; private set; }

    public long Registry { get; private set; }

    public static async Task<PropertyWorld> StartAsync(Dictionary<string, string>? environment = null)
    {
        var workloads = await Workloads.StartAsync(environment: environment);
        await workloads.AddApplicationAsync(Replaced);
        return new PropertyWorld(workloads)
        {
            Fog = workloads.Fog,
            Microservice = await workloads.CreateAsync("camera"),
            SystemMicroservice = await workloads.AddSystemMicroserviceAsync(
                await workloads.AddApplicationAsync("system-edge-1", isSystem: true), "router", catalogItemId: 1),
            Item = await workloads.AddCatalogItemAsync("broker", images: [("example/broker:1", 1)]),
            Registry = await workloads.AddRegistryAsync(),
        };
    }

    /// <summary>Routes of the workloads that take a body, with the parameters of their paths filled in.</summary>
    public IEnumerable<ApiRoute> Routes => world.Controller.Service<RouteCatalog>().Routes.Where(r =>
        (r.Description.Body is not null || r.Description.FilePart is not null)
        && new[] { "/iofog", "/application", "/microservices", "/catalog", "/registries" }.Any(p => r.Path.StartsWith(p, StringComparison.Ordinal))
        && !r.Path.EndsWith("/tunnel", StringComparison.Ordinal) // needs an SSH server in the configuration
        && !r.Path.StartsWith("/applicationTemplate", StringComparison.Ordinal));

    /// <summary>Values that lead somewhere, so that what the definition allows is also done.</summary>
    public Dictionary<string, Gen<JsonNode?>> Known => new(StringComparer.Ordinal)
    {
        ["name"] = Gen.Int.Select(_ => (JsonNode?)$"n{Interlocked.Increment(ref _names)}"),
        ["iofogUuid"] = Gen.Const<JsonNode?>(Fog),
        ["agentName"] = Gen.Const<JsonNode?>("edge-1"),
        ["application"] = Gen.Const<JsonNode?>("shop"),
        ["registryId"] = SchemaValues.Pick<JsonNode?>(1, 2),
        ["catalogItemId"] = Gen.Const<JsonNode?>(Item),
        ["images"] = Gen.Const(JsonNode.Parse("""[{"containerImage":"example/broker:1","archId":1}]""")),
        ["runtime"] = Gen.Const<JsonNode?>(""),
        ["config"] = SchemaValues.Pick<JsonNode?>("{}", "", """{"a":"\u00e9"}"""),
        ["annotations"] = SchemaValues.Pick<JsonNode?>("{}", """{"a":1}"""),
        ["schedule"] = Gen.Int[6, 100].Select(v => (JsonNode?)v),
        ["external"] = Gen.Int.Select(_ => (JsonNode?)(1024 + (Interlocked.Increment(ref _names) % 50_000))),
        ["type"] = SchemaValues.Pick<JsonNode?>("bind"),
        ["hostDestination"] = Gen.Int.Select(_ => (JsonNode?)$"/h{Interlocked.Increment(ref _names)}"),
        ["env"] = Gen.Select(Gen.Int[0, 3], SchemaValues.OddText, (n, text) =>
            (JsonNode?)new JsonArray([.. Enumerable.Range(0, n).Select(i => (JsonNode?)new JsonObject { ["key"] = $"K{i}", ["value"] = text })])),
        ["extraHosts"] = SchemaValues.Pick("[]", """[{"name":"db","address":"10.0.0.9"}]""", """[{"name":"e","address":"${Agents.edge-1}"}]""").Select(t => JsonNode.Parse(t)),
        ["serviceAccount"] = SchemaValues.Pick("{}", """{"roleRef":{"kind":"Role","name":"microservice"}}""").Select(t => JsonNode.Parse(t)),
        ["natsConfig"] = SchemaValues.Pick("{}", """{"natsAccess":false}""").Select(t => JsonNode.Parse(t)),
        ["isSystem"] = Gen.Const<JsonNode?>(false),
        ["routerMode"] = SchemaValues.Pick<JsonNode?>("none", "edge"),
        ["upstreamRouters"] = SchemaValues.Pick("[]", """["default-router"]""").Select(t => JsonNode.Parse(t)),
        ["upstreamNatsServers"] = SchemaValues.Pick("[]", """["default-nats-hub"]""").Select(t => JsonNode.Parse(t)),
        ["networkRouter"] = Gen.Const<JsonNode?>("default-router"),
        ["jsStorageSize"] = SchemaValues.Pick<JsonNode?>("10G", "1 TB", "5"),
        ["jsMemoryStoreSize"] = SchemaValues.Pick<JsonNode?>("512Mb"),
        ["email"] = SchemaValues.Pick<JsonNode?>("", "a@b.c"),
        ["publisher"] = SchemaValues.Pick<JsonNode?>("us"),
        ["category"] = SchemaValues.Pick<JsonNode?>("", "USER"),
        ["tags"] = SchemaValues.Pick("[]", """["a","b c"]""", """["é😀"]""").Select(t => JsonNode.Parse(t)), // longer ones exceed the specification's 16 KiB
        ["semver"] = SchemaValues.Pick<JsonNode?>("1.2.3", "v10.0.0-rc.1+5"),
        ["image"] = SchemaValues.Pick<JsonNode?>("", "example/debug:1"),
        ["template"] = SchemaValues.Pick<JsonNode?>([null]),
    };

    /// <summary>The path of a route with objects that exist.</summary>
    public string PathOf(ApiRoute route) => "/api/v3" + route.Path
        .Replace("{versionCommand}", "upgrade", StringComparison.Ordinal)
        .Replace("{name}", Replaced, StringComparison.Ordinal)
        .Replace("{id}", (route.Path.StartsWith("/catalog", StringComparison.Ordinal) ? Item : Registry).ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("{uuid}", UuidOf(route), StringComparison.Ordinal);

    /// <summary>How many rows every table of the nouns has.</summary>
    public Task<string> CountAsync() => world.Database.ReadAsync(async s => (await s.QueryOneAsync(CountSql, r => r.Text()))!);

    public Task<(HttpStatusCode Status, JsonNode? Body)> SendAsync(ApiRoute route, string json) =>
        world.Controller.SendAsync(route.Method, PathOf(route), json);

    public async Task<(HttpStatusCode Status, JsonNode? Body)> UploadAsync(ApiRoute route, byte[] yaml)
    {
        using var form = new MultipartFormDataContent();
        using var file = new ByteArrayContent(yaml);
        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        form.Add(file, route.Description.FilePart!, "any.yaml");
        using var request = new HttpRequestMessage(new HttpMethod(route.Method), PathOf(route)) { Content = form };
        using var response = await world.Controller.Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    /// <summary>
    /// Whatever was sent: the documented success, or the client's fault told in the contract's form with nothing
    /// written.
    /// </summary>
    public async Task CheckAsync(ApiRoute route, string sent, string before, (HttpStatusCode Status, JsonNode? Body) answer)
    {
        var (status, body) = ((int)answer.Status, answer.Body);
        if (status == route.Success)
        {
            return;
        }

        var text = $"{route.Method} {route.Path} {Shown(sent)} answered {status} {body?.ToJsonString()}";
        if (status is not (400 or 404 or 409 or 413) || body is not JsonObject { Count: 2 } error
            || string.IsNullOrEmpty((string?)error["name"]) || string.IsNullOrEmpty((string?)error["message"]))
        {
            throw new InvalidOperationException(text);
        }

        var after = await CountAsync();
        if (after != before)
        {
            throw new InvalidOperationException($"{text} and wrote: {before} became {after}");
        }
    }

    private string UuidOf(ApiRoute route) => route.Path.StartsWith("/iofog", StringComparison.Ordinal) ? Fog
        : route.Path.StartsWith("/microservices/system", StringComparison.Ordinal) ? SystemMicroservice
        : Microservice;

    public ValueTask DisposeAsync() => world.DisposeAsync();

    public static string Shown(string text) => text.Length > 2000 ? text[..2000] + "…" : text;
}
