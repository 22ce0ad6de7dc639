using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Controller.Hosting;
using Controller.Testing;
using Controller.Validation;
using CsCheck;

namespace Controller.Tests.Properties;

/// <summary>
/// Every workload route that takes a body, against generated bodies: no sample may end in a 500, a half-written object
/// or an error of another form. A failure prints the seed to repeat it with.
/// </summary>
public sealed class BodyPropertyTests
{
    [Test]
    public async Task What_the_definitions_allow_succeeds()
    {
        await using var world = await PropertyWorld.StartAsync();
        foreach (var route in Json(world))
        {
            var bodies = new SchemaValues(world.Known).Of(route.Description.Body!.Root).Select(b => Strip(route, b!.AsObject()).ToJsonString());
            await bodies.SampleAsync(
                async json =>
                {
                    var (status, answer) = await world.SendAsync(route, json);
                    if ((int)status != route.Success)
                    {
                        throw new InvalidOperationException($"{route.Method} {route.Path} {PropertyWorld.Shown(json)} answered {(int)status} {answer?.ToJsonString()}");
                    }
                },
                iter: PropertyWorld.Samples(20), threads: 1);
        }
    }

    [Test]
    [Arguments("sqlite", 40)]
    [Arguments("postgres", 15)]
    public async Task Whatever_is_sent_nothing_breaks_and_nothing_is_half_written(string provider, int iterations)
    {
        await using var world = await PropertyWorld.StartAsync(provider == "sqlite" ? null : await PostgresAsync());
        foreach (var route in Json(world))
        {
            var schema = route.Description.Body!;
            var bodies = Mutations.Of(new SchemaValues(world.Known).Of(schema.Root)).Select(b => b?.ToJsonString() ?? "null");
            await bodies.SampleAsync(
                async json =>
                {
                    var before = await world.CountAsync();
                    var answer = await world.SendAsync(route, json);
                    await world.CheckAsync(route, json, before, answer);
                    using var document = JsonDocument.Parse(json, new() { MaxDepth = 200 });
                    if (schema.Validate(document.RootElement) is { } violation && !HasRuleBefore(document.RootElement)
                        && (string?)answer.Body?["name"] != "SyntaxError" && (string?)answer.Body?["message"] != violation)
                    {
                        throw new InvalidOperationException($"{route.Method} {route.Path} {PropertyWorld.Shown(json)}: {answer.Body?.ToJsonString()} is not {violation}");
                    }
                },
                iter: PropertyWorld.Samples(iterations), threads: 1);
        }
    }

    [Test]
    public async Task Texts_that_are_no_json_are_the_clients_fault()
    {
        await using var world = await PropertyWorld.StartAsync();
        var deep = new string('[', 5000) + new string(']', 5000);
        string[] texts =
        [
            "{", "[", "nul", "{\"name\":}", "{\"name\":\"a\",}", "{'name':'a'}", "{\"name\":\"\\ud800\"}", "{\"name\":\"\\u0000\"}", "{\"\\ud800\":1}", "NaN", "1e999", "\"text\"",
            "5", "true", "null", "[]", deep, "{\"a\":" + deep + "}", "{\"name\":1e400}", "{\"archId\":99999999999999999999999999}", "{}x", "\u0000",
        ];
        foreach (var route in Json(world))
        {
            foreach (var text in texts)
            {
                var before = await world.CountAsync();
                await world.CheckAsync(route, text, before, await world.SendAsync(route, text));
            }
        }
    }

    [Test]
    public async Task Lists_of_any_length_are_taken_or_refused()
    {
        await using var world = await PropertyWorld.StartAsync();
        (string Path, string Field, Func<int, JsonNode?> Item)[] lists =
        [
            ("/iofog", "upstreamRouters", i => $"r{i}"), ("/iofog", "upstreamNatsServers", i => $"r{i}"), ("/iofog", "tags", i => $"t{i}"),
            ("/microservices", "ports", i => new JsonObject { ["internal"] = i, ["external"] = 100_000 + i }),
            ("/microservices", "env", i => new JsonObject { ["key"] = $"K{i}", ["valueFromSecret"] = $"s{i}/k" }),
            ("/microservices", "volumeMappings", i => new JsonObject { ["hostDestination"] = $"v{i}", ["containerDestination"] = "c", ["accessMode"] = "rw", ["type"] = "volumeMount" }),
            ("/microservices", "cmd", i => $"c{i}"), ("/microservices", "cdiDevices", i => $"c{i}"), ("/microservices", "capAdd", i => $"c{i}"),
        ];
        foreach (var (path, field, item) in lists)
        {
            var route = Json(world).Single(r => r.Method == "POST" && r.Path == path);
            foreach (var length in new[] { ArraySchema.MostItems, ArraySchema.MostItems + 1 })
            {
                var body = JsonNode.Parse(
                    $$"""{"name":"long-{{field.ToLowerInvariant()}}","archId":1,"application":"shop","agentName":"edge-1","images":[{"containerImage":"a","archId":1}]}""")!.AsObject();
                body[field] = new JsonArray([.. Enumerable.Range(0, length).Select(item)]);
                var before = await world.CountAsync();
                var answer = await world.SendAsync(route, body.ToJsonString());
                await world.CheckAsync(route, $"{field} × {length}", before, answer);
                await Assert.That($"{field} {(int)answer.Status}").IsNotEqualTo(length > ArraySchema.MostItems ? $"{field} 201" : "");
            }
        }
    }

    private static List<ApiRoute> Json(PropertyWorld world) => [.. world.Routes.Where(r => r.Description.Body is not null)];

    /// <summary>Members that a route looks at before its definition.</summary>
    private static bool HasRuleBefore(JsonElement body) => body.ValueKind == JsonValueKind.Object
        && (body.TryGetProperty("natsAccess", out _) || body.TryGetProperty("template", out _));

    /// <summary>What no definition can say: which members do not go together, and what names may change.</summary>
    private static JsonObject Strip(ApiRoute route, JsonObject body)
    {
        body.Remove("template");
        if (route.Method is "PATCH" or "PUT")
        {
            body.Remove("name");
        }

        if (route.Path.StartsWith("/microservices/system", StringComparison.Ordinal))
        {
            // Its own rules: a low schedule, and the images of its item.
            body["schedule"] = 5;
            body.Remove("catalogItemId");
            body.Remove("images");
        }

        if (body.ContainsKey("catalogItemId"))
        {
            body.Remove("images");
        }
        else if (route is { Method: "POST", Path: "/microservices" })
        {
            body["images"] = JsonNode.Parse("""[{"containerImage":"a","archId":1}]""");
        }

        if (route is { Method: "POST", Path: "/microservices" })
        {
            body["application"] = "shop";
            body["agentName"] = "edge-1";
        }

        foreach (var item in body["microservices"]?.AsArray() ?? [])
        {
            Strip(new ApiRoute("POST", "/microservices", RouteClass.Authorized, new("", ""), 201), item!.AsObject());
        }

        return body;
    }

    private static async Task<Dictionary<string, string>> PostgresAsync()
    {
        var server = await PostgresServer.SharedAsync();
        return new()
        {
            ["DB_PROVIDER"] = "postgres",
            ["DB_HOST"] = "127.0.0.1",
            ["DB_PORT"] = server.Port.ToString(CultureInfo.InvariantCulture),
            ["DB_USERNAME"] = PostgresServer.User,
            ["DB_NAME"] = await server.CreateDatabaseAsync(),
        };
    }
}
