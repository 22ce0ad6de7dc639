using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Controller.Agents;
using Controller.Sql;
using Controller.Sql.Stores;
using Controller.Tests.Support;
using Edgelet.Simulator;

namespace Controller.Tests.Agents;

/// <summary>A provisioned fog put straight into the database, and its agent's signed requests.</summary>
internal sealed class InsertedAgent : IDisposable
{
    private readonly TestController _controller;
    private readonly AgentKey _key;
    private readonly HttpClient _client;

    private InsertedAgent(TestController controller, string uuid, AgentKey key)
    {
        _controller = controller;
        Uuid = uuid;
        _key = key;
        _client = new HttpClient { BaseAddress = controller.App.Address };
    }

    public string Uuid { get; }

    public static async Task<InsertedAgent> CreateAsync(TestController controller, string? uuid = null)
    {
        uuid ??= Guid.NewGuid().ToString();
        var (privateKey, stored) = controller.Service<FogKeys>().Create(uuid);
        await controller.Database.WriteAsync(async s =>
        {
            await s.ExecuteAsync(
                "INSERT INTO \"Fogs\" (\"uuid\", \"name\", \"arch_id\") VALUES (@uuid, @name, 1)",
                new() { { "uuid", uuid }, { "name", "fog-" + uuid } });
            await s.ExecuteAsync(
                "INSERT INTO \"FogPublicKeys\" (\"iofog_uuid\", \"public_key\") VALUES (@uuid, @key)",
                new() { { "uuid", uuid }, { "key", stored } });
        });
        return new InsertedAgent(controller, uuid, AgentKey.FromWire(privateKey));
    }

    /// <summary>Puts a microservice on this fog.</summary>
    public async Task<string> AddMicroserviceAsync(long? catalogItemId = null, int registryId = 1, string? uuid = null)
    {
        uuid ??= Guid.NewGuid().ToString();
        await _controller.Database.WriteAsync(s => s.ExecuteAsync(
            """
            INSERT INTO "Microservices" ("uuid", "name", "catalog_item_id", "registry_id", "iofog_uuid")
            VALUES (@uuid, @uuid, @item, @registry, @fog)
            """,
            new() { { "uuid", uuid }, { "item", catalogItemId }, { "registry", registryId }, { "fog", Uuid } }));
        return uuid;
    }

    /// <summary>Sends a request with a fresh token.</summary>
    public async Task<(HttpStatusCode Status, JsonNode? Body)> SendAsync(string method, string path, string? json = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/api/v3/agent/" + path);
        request.Headers.Authorization = new(
            "Bearer", Edgelet.Simulator.AgentToken.Create(_key, Uuid, _controller.App.Address.ToString(), DateTimeOffset.UtcNow));
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        using var response = await _client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    /// <summary>The union of the flags raised for this fog; they are gone afterwards.</summary>
    public async Task<ChangeFlags> TakeFlagsAsync()
    {
        var rows = await _controller.Database.ReadAsync(s => ChangeStore.ListAsync(s, Uuid));
        if (rows.Count > 0)
        {
            await _controller.Database.WriteAsync(s => ChangeStore.DeleteAsync(s, rows.Select(r => r.Id)));
        }

        return rows.Aggregate(ChangeFlags.None, (all, row) => all | row.Flags);
    }

    public void Dispose()
    {
        _client.Dispose();
        _key.Dispose();
    }
}

/// <summary>What the tests of catalog and registries look at in the database.</summary>
internal static class MicroserviceRows
{
    public static async Task<bool> IsRebuildAsync(this Database database, string uuid) =>
        await database.ReadAsync(s => s.QueryOneAsync(
            "SELECT \"rebuild\" FROM \"Microservices\" WHERE \"uuid\" = @uuid", r => r.Bool(), new() { { "uuid", uuid } }));

    public static async Task<int?> RegistryAsync(this Database database, string uuid) =>
        await database.ReadAsync(s => s.QueryOneAsync(
            "SELECT \"registry_id\" FROM \"Microservices\" WHERE \"uuid\" = @uuid", r => r.IntOrNull(), new() { { "uuid", uuid } }));
}
