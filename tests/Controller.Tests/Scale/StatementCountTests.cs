using System.Text.Json.Nodes;

namespace Controller.Tests.Scale;

/// <summary>No request runs a statement per row: with 20 of everything it costs what it costs with 2.</summary>
public sealed class StatementCountTests
{
    private const int Few = 2, Many = 20;

    [Test]
    [Arguments("/iofog-list", 9)]
    [Arguments("/iofog-list?filters[0][key]=name&filters[0][value]=-&filters[0][condition]=has", 9)]
    [Arguments("/application", 15)]
    [Arguments("/application/app0", 15)]
    [Arguments("/microservices", 14)]
    [Arguments("/microservices?application=app0", 15)]
    [Arguments("/registries", 1)]
    [Arguments("/catalog/microservices", 4)]
    public async Task A_list_costs_the_same_however_much_there_is(string path, int most)
    {
        await using var world = await World.StartAsync(Few);
        var few = await CostAsync(world, path);
        await world.GrowAsync(Many);
        var many = await CostAsync(world, path);
        await Assert.That(many.Count).IsEqualTo(few.Count).Because(string.Join('\n', many));
        await Assert.That(many.Count).IsLessThanOrEqualTo(most).Because(string.Join('\n', many));
    }

    [Test]
    [Arguments("/iofog-list")]
    [Arguments("/application")]
    [Arguments("/microservices")]
    public async Task A_list_that_did_not_change_costs_nothing(string path)
    {
        await using var world = await World.StartAsync(Few);
        await world.SendAsync("GET", path);
        await Assert.That(await world.StatementsAsync(() => world.SendAsync("GET", path))).IsEmpty();
    }

    [Test]
    public async Task Single_ones_cost_the_same_however_many_others_there_are()
    {
        await using var world = await World.StartAsync(Few);
        var few = await SinglesAsync(world, "few");
        await world.GrowAsync(Many);
        var many = await SinglesAsync(world, "many");
        await Assert.That(many).IsEqualTo(few);
    }

    [Test]
    public async Task An_application_costs_the_same_however_large_it_is()
    {
        await using var world = await World.StartAsync(Many);
        var few = await LifeAsync(world, "few", Few);
        var many = await LifeAsync(world, "many", Many);
        await Assert.That((many.Create, many.Get, many.Stop, many.Delete)).IsEqualTo((few.Create, few.Get, few.Stop, few.Delete));

        // Each microservice whose environment differs: its row, its environment.
        await Assert.That(many.Update - few.Update).IsLessThanOrEqualTo(3 * (Many - Few));
    }

    private static async Task<IReadOnlyList<string>> CostAsync(World world, string path)
    {
        await world.TouchAsync();
        return await world.StatementsAsync(() => world.SendAsync("GET", path));
    }

    /// <summary>What a microservice's life costs, step by step.</summary>
    private static async Task<string> SinglesAsync(World world, string name)
    {
        var body = world.Microservice(name, 0);
        body["application"] = "app0";
        var uuid = "";
        var create = await world.StatementsAsync(async () => uuid = (await world.SendAsync("POST", "/microservices", body.ToJsonString(), 201))!["uuid"]!.GetValue<string>());
        var get = await world.StatementsAsync(() => world.SendAsync("GET", $"/microservices/{uuid}"));
        var fog = await world.StatementsAsync(() => world.SendAsync("GET", $"/iofog/{world.Fogs[0].Uuid}"));
        var update = await world.StatementsAsync(() => world.SendAsync("PATCH", $"/microservices/{uuid}", """{"env":[{"key":"A","value":"3"}],"cmd":["--c"]}""", 204));
        var delete = await world.StatementsAsync(() => world.SendAsync("DELETE", $"/microservices/{uuid}", null, 204));
        return $"create {create.Count}, get {get.Count}, fog {fog.Count}, update {update.Count}, delete {delete.Count}";
    }

    /// <summary>What an application's life costs, step by step.</summary>
    private static async Task<(int Create, int Get, int Update, int Stop, int Delete)> LifeAsync(World world, string name, int microservices)
    {
        var body = world.Application(name, microservices);
        var create = await world.StatementsAsync(() => world.SendAsync("POST", "/application", body, 201));
        var get = await world.StatementsAsync(() => world.SendAsync("GET", $"/application/{name}"));
        var changed = JsonNode.Parse(body)!;
        foreach (var microservice in changed["microservices"]!.AsArray())
        {
            microservice!["env"] = new JsonArray(new JsonObject { ["key"] = "A", ["value"] = "changed" });
        }

        var update = await world.StatementsAsync(() => world.SendAsync("PUT", $"/application/{name}", changed.ToJsonString(), 204));
        var stop = await world.StatementsAsync(() => world.SendAsync("PATCH", $"/application/{name}", """{"isActivated":false}""", 204));
        var delete = await world.StatementsAsync(() => world.SendAsync("DELETE", $"/application/{name}", null, 204));
        return (create.Count, get.Count, update.Count, stop.Count, delete.Count);
    }
}
