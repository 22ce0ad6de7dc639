using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Controller.Secrets;
using Controller.Sql;
using Controller.Sql.Stores;
using Controller.Tests.Support;

namespace Controller.Tests.Microservices;

/// <summary>A Controller with what microservices refer to, put into the database by hand.</summary>
internal sealed class Workloads(TestController controller) : IAsyncDisposable
{
    private const string Root = "/api/v3";

    public TestController Controller => controller;

    public Database Database => controller.Database;

    /// <summary>With an amd64 node <c>edge-1</c> and an active application <c>shop</c>.</summary>
    public static async Task<Workloads> StartAsync(string[]? groups = null)
    {
        var workloads = new Workloads(await TestController.StartAsync(groups: groups));
        workloads.Fog = await workloads.AddFogAsync("edge-1");
        workloads.ApplicationId = await workloads.AddApplicationAsync("shop");
        return workloads;
    }

    /// <summary>Uuid of <c>edge-1</c>.</summary>
    public string Fog { get; private set; } = "";

    /// <summary>Id of <c>shop</c>.</summary>
    public long ApplicationId { get; private set; }

    public async Task<string> AddFogAsync(string name, int archId = 1, string? host = null, string? runtimes = null, string? uuid = null)
    {
        uuid ??= Guid.NewGuid().ToString();
        await Database.WriteAsync(s => s.ExecuteAsync(
            """
            INSERT INTO "Fogs" ("uuid", "name", "arch_id", "host", "available_runtimes", "container_engine")
            VALUES (@uuid, @name, @arch, @host, @runtimes, 'edgelet')
            """,
            new() { { "uuid", uuid }, { "name", name }, { "arch", archId }, { "host", host }, { "runtimes", runtimes } }));
        return uuid;
    }

    public Task<long> AddApplicationAsync(string name, bool isSystem = false, bool isActivated = true, bool natsAccess = false) =>
        Database.WriteAsync(s => s.InsertAsync(
            """
            INSERT INTO "Applications" ("name", "is_system", "is_activated", "nats_access") VALUES (@name, @system, @active, @nats)
            """,
            new() { { "name", name }, { "system", isSystem }, { "active", isActivated }, { "nats", natsAccess } }));

    public Task<long> AddRegistryAsync() => Database.WriteAsync(s => s.InsertAsync(
        "INSERT INTO \"Registries\" (\"url\", \"is_public\", \"user_name\", \"password\", \"user_email\") VALUES ('registry.example.com', TRUE, '', '', '')"));

    public Task<long> AddCatalogItemAsync(string name, string? category = null, long registryId = 1, params (string Image, int ArchId)[] images) =>
        Database.WriteAsync(async s =>
        {
            var id = await s.InsertAsync(
                "INSERT INTO \"CatalogItems\" (\"name\", \"category\", \"registry_id\") VALUES (@name, @category, @registry)",
                new() { { "name", name }, { "category", category }, { "registry", registryId } });
            foreach (var (image, archId) in images)
            {
                await s.ExecuteAsync(
                    "INSERT INTO \"CatalogItemImages\" (\"catalog_item_id\", \"container_image\", \"arch_id\") VALUES (@id, @image, @arch)",
                    new() { { "id", id }, { "image", image }, { "arch", archId } });
            }

            return id;
        });

    public Task AddSecretAsync(string name, string json, string type = "Opaque") => Database.WriteAsync(s => s.ExecuteAsync(
        "INSERT INTO \"Secrets\" (\"name\", \"type\", \"data\") VALUES (@name, @type, @data)",
        new() { { "name", name }, { "type", type }, { "data", controller.Service<SecretCipher>().Encrypt(name, json) } }));

    public Task AddConfigMapAsync(string name, string json) => Database.WriteAsync(s => s.ExecuteAsync(
        "INSERT INTO \"ConfigMaps\" (\"name\", \"data\") VALUES (@name, @data)",
        new() { { "name", name }, { "data", controller.Service<SecretCipher>().Encrypt(name, json) } }));

    public Task AddVolumeMountAsync(string name, string? secret = null, string? configMap = null) => Database.WriteAsync(s => s.ExecuteAsync(
        "INSERT INTO \"VolumeMounts\" (\"uuid\", \"name\", \"secret_name\", \"config_map_name\") VALUES (@uuid, @name, @secret, @map)",
        new() { { "uuid", Guid.NewGuid().ToString() }, { "name", name }, { "secret", secret }, { "map", configMap } }));

    /// <summary>A microservice of the Controller's own, in the application of that id.</summary>
    public async Task<string> AddSystemMicroserviceAsync(long applicationId, string name, long? catalogItemId = null, bool isController = false)
    {
        var uuid = Guid.NewGuid().ToString();
        await Database.WriteAsync(async s =>
        {
            await MicroserviceStore.InsertAsync(s, new MicroserviceRow
            {
                Uuid = uuid, Name = name, Config = "{}", FogUuid = Fog, ApplicationId = applicationId, CatalogItemId = catalogItemId,
                RegistryId = 1, IsActivated = true, IsController = isController, Schedule = 0, LogSize = 1,
            });
            if (catalogItemId is null)
            {
                await MicroserviceChildStore.ReplaceImagesAsync(s, uuid, [new ImageRow("own", 1)]);
            }
        });
        return uuid;
    }

    public Task<MicroserviceRow> RowAsync(string uuid) => Database.ReadAsync(async s => (await MicroserviceStore.FindAsync(s, uuid))!);

    public Task<long> CountAsync(string table) =>
        Database.ReadAsync(s => s.QueryOneAsync($"SELECT COUNT(*) FROM \"{table}\"", r => r.Long()));

    /// <summary>What was raised for a fog since the last call; forgets it.</summary>
    public Task<ChangeFlags> TakeFlagsAsync(string? fog = null) => Database.WriteAsync(async s =>
    {
        var rows = await ChangeStore.ListAsync(s, fog ?? Fog);
        await ChangeStore.DeleteAsync(s, rows.Select(r => r.Id));
        return rows.Aggregate(ChangeFlags.None, (all, r) => all | r.Flags);
    });

    /// <summary>The mark for the agent to recreate the container; takes it away.</summary>
    public async Task<bool> TakeRebuildAsync(string uuid)
    {
        var marked = (await RowAsync(uuid)).Rebuild;
        await Database.WriteAsync(s => s.ExecuteAsync(
            "UPDATE \"Microservices\" SET \"rebuild\" = FALSE WHERE \"uuid\" = @uuid", new() { { "uuid", uuid } }));
        return marked;
    }

    /// <summary>A body that can be created on <c>edge-1</c>, with further members laid over it.</summary>
    public static JsonObject Body(string name, string more = "{}")
    {
        var body = new JsonObject
        {
            ["name"] = name,
            ["application"] = "shop",
            ["agentName"] = "edge-1",
            ["images"] = new JsonArray(new JsonObject { ["containerImage"] = "image", ["archId"] = 1 }),
        };
        foreach (var (key, value) in JsonNode.Parse(more)!.AsObject())
        {
            body[key] = value?.DeepClone();
        }

        return body;
    }

    /// <summary>Creates <see cref="Body"/> and returns its uuid.</summary>
    public async Task<string> CreateAsync(string name, string more = "{}") => await CreateAsync(Body(name, more));

    public async Task<string> CreateAsync(JsonObject body)
    {
        var answer = await OkAsync("POST", "/microservices", body.ToJsonString(), HttpStatusCode.Created);
        await Assert.That(answer!["name"]!.GetValue<string>()).IsEqualTo(body["name"]!.GetValue<string>());
        return answer["uuid"]!.GetValue<string>();
    }

    public async Task<JsonObject> GetAsync(string uuid, bool isSystem = false) =>
        (await OkAsync("GET", $"/microservices/{(isSystem ? "system/" : "")}{uuid}", null, HttpStatusCode.OK))!.AsObject();

    public async Task<JsonNode?> OkAsync(string method, string path, string? json = null, HttpStatusCode expected = HttpStatusCode.NoContent)
    {
        var (status, body) = await controller.SendAsync(method, Root + path, json);
        await Assert.That((status, status == expected ? "" : body?.ToJsonString())).IsEqualTo((expected, ""));
        if (expected == HttpStatusCode.NoContent)
        {
            await Assert.That(body).IsNull();
        }

        return body;
    }

    public async Task RefusedAsync(string method, string path, string? json, int expected, string name, string message)
    {
        var (status, body) = await controller.SendAsync(method, Root + path, json);
        await Assert.That(((int)status, body?["name"]?.GetValue<string>(), body?["message"]?.GetValue<string>()))
            .IsEqualTo((expected, name, message));
        await Assert.That(body!.AsObject().ContainsKey("stack")).IsFalse();
    }

    /// <summary>A create that fails leaves nothing.</summary>
    public async Task CreateRefusedAsync(string more, string message, int expected = 400, string name = "ValidationError")
    {
        var before = await CountAsync("Microservices");
        await RefusedAsync("POST", "/microservices", Body("refused", more).ToJsonString(), expected, name, message);
        await Assert.That(await CountAsync("Microservices")).IsEqualTo(before);
    }

    /// <summary>Uploads a file as the named part.</summary>
    public async Task<(HttpStatusCode Status, JsonNode? Body)> UploadAsync(string method, string path, string yaml, string part = "microservice", string? second = null)
    {
        using var content = new MultipartFormDataContent();
        Add(content, yaml, part);
        if (second is not null)
        {
            Add(content, yaml, second);
        }

        using var request = new HttpRequestMessage(new HttpMethod(method), Root + path) { Content = content };
        // So that a refusal is heard before a large file is sent in vain.
        request.Headers.ExpectContinue = true;
        using var response = await controller.Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    public ValueTask DisposeAsync() => controller.DisposeAsync();

    private static void Add(MultipartFormDataContent content, string yaml, string part)
    {
        var file = new StringContent(yaml);
        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Add(file, part, "anything.yaml");
    }
}
