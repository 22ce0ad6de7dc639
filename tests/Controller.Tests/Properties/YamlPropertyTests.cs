using System.Text;
using System.Text.Json.Nodes;
using Controller.Hosting;
using Controller.Tests.Clients;
using Controller.Tests.Support;
using CsCheck;

namespace Controller.Tests.Properties;

/// <summary>Every workload route that takes a document, against damaged documents and against ones made to exhaust the reader.</summary>
public sealed class YamlPropertyTests
{
    [Test]
    public async Task Damaged_documents_break_nothing_and_write_nothing()
    {
        await using var world = await PropertyWorld.StartAsync();
        foreach (var route in Yaml(world))
        {
            await Mutations.Of(Gen.Const<JsonNode?>(Document(route))).SampleAsync(
                async document => await SendAsync(world, route, Encoding.UTF8.GetBytes(YamlText.Of(document))),
                iter: PropertyWorld.Samples(50), threads: 1, print: YamlText.Of);
        }
    }

    [Test]
    public async Task Damaged_texts_break_nothing_and_write_nothing()
    {
        await using var world = await PropertyWorld.StartAsync();
        foreach (var route in Yaml(world))
        {
            var text = Encoding.UTF8.GetString(Example.Bytes(route.Description.FilePart == "application" ? "workloads/application.yaml" : "workloads/microservice.yaml"));
            var changes = Gen.Select(Gen.Int[0, text.Length - 1], Gen.Int[0, 8], SchemaValues.Pick("", ":", "\n", "  ", "- ", "&a ", "*a", "{", "]", "\"", "\t", "\0", "é", "%", "!!int ", "| ", "\r"));
            await changes.Array[1, 4].SampleAsync(
                async edits =>
                {
                    var damaged = text;
                    foreach (var (at, length, insert) in edits)
                    {
                        var start = Math.Min(at, damaged.Length);
                        damaged = damaged.Remove(start, Math.Min(length, damaged.Length - start)).Insert(start, insert);
                    }

                    await SendAsync(world, route, Encoding.UTF8.GetBytes(damaged));
                },
                iter: PropertyWorld.Samples(50), threads: 1);
        }
    }

    [Test]
    public async Task Documents_that_would_exhaust_the_reader_are_refused_with_their_place()
    {
        await using var world = await PropertyWorld.StartAsync();
        var bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + string.Concat(Enumerable.Range(1, 9).Select(i =>
            $"{(char)('a' + i)}: &{(char)('a' + i)} [{string.Join(',', Enumerable.Repeat($"*{(char)('a' + i - 1)}", 9))}]\n"));
        (string Text, string Message)[] documents =
        [
            (bomb, "too large (line 6, column"),
            ("a: &a {b: *a}\n", "refers to a node that contains it (line 1, column"),
            (new string('[', 100_000), "nested deeper than 50 levels (line 1, column 51)"),
            ("a: [" + string.Join(',', Enumerable.Repeat("1", 250_000)) + "]", "too large (line 1, column"),
            ("a: 1\nb: 2\na: 3\n", "duplicate key a (line 3, column 1)"),
            ("a: 1\n--- \nb: 1\n", "more than one document (line 2, column"),
            ("a: !!python/object x\n", "(line 1, column"),
            ("a: .inf\n", "has no JSON form (line 1, column 4)"),
            ("a: \"\\ud800\"\n", "(line 1, column"),
            ("a: [1\nb: 2\n", "(line 1, column"),
        ];
        foreach (var route in Yaml(world))
        {
            foreach (var (text, message) in documents)
            {
                var (status, body) = await SendAsync(world, route, Encoding.UTF8.GetBytes(text));
                await Assert.That($"{status} {body!["message"]}").StartsWith("400 Error parsing YAML: ");
                await Assert.That((string?)body["message"]).Contains(message);
            }

            var notText = await SendAsync(world, route, [0xff, 0xfe, 0x61]);
            await Assert.That(notText.Status).IsEqualTo(400);
        }
    }

    [Test]
    public async Task A_wrong_field_is_named()
    {
        await using var world = await PropertyWorld.StartAsync();
        foreach (var route in Yaml(world))
        {
            var document = Document(route);
            var item = route.Description.FilePart == "application" ? document["spec"]!["microservices"]![0]! : document["spec"]!;
            item["container"]!["ports"]![1]!["external"] = "http";
            var (status, body) = await SendAsync(world, route, Encoding.UTF8.GetBytes(YamlText.Of(document)));
            var prefix = route.Description.FilePart == "application" ? "microservices[0]." : "";
            await Assert.That($"{status} {body!["message"]}").IsEqualTo($"400 Field '{prefix}ports[1].external' is not of a type(s) integer");
        }
    }

    private static JsonObject Document(ApiRoute route)
    {
        var spec = Workload.Rich("camera", "edge-1", 1);
        return route.Description.FilePart == "application"
            ? Iofogctl.Document("Application", route.Method == "PUT" ? PropertyWorld.Replaced : "posted", new JsonObject { ["description"] = "d", ["microservices"] = new JsonArray(spec, Workload.Item("plain", "edge-1")) })
            : Iofogctl.Document("Microservice", "shop/camera", spec);
    }

    private static async Task<(int Status, JsonNode? Body)> SendAsync(PropertyWorld world, ApiRoute route, byte[] yaml)
    {
        var before = await world.CountAsync();
        var answer = await world.UploadAsync(route, yaml);
        await world.CheckAsync(route, Encoding.UTF8.GetString(yaml), before, answer);
        return ((int)answer.Status, answer.Body);
    }

    private static List<ApiRoute> Yaml(PropertyWorld world) => [.. world.Routes.Where(r => r.Description.FilePart is not null)];
}
