using System.Net;
using System.Text.Json.Nodes;
using Controller.Sql.Stores;
using Controller.Tests.Agents;
using Controller.Tests.Support;
using static Controller.Tests.Support.JsonAsserts;
using static Controller.Tests.Support.OperatorApi;

namespace Controller.Tests.Secrets;

/// <summary>Secrets as operators see them, and what nodes hear of them (api-platform 9).</summary>
public sealed class SecretTests
{
    private const string All = "/secrets", One = "/secrets/db-login";

    private static string Create => ExampleText("platform/secret.post.opaque.request.json");

    [Test]
    public async Task The_contracts_examples_are_created_read_changed_and_deleted()
    {
        await using var controller = await TestController.StartAsync();
        await IsLikeAsync(await controller.OkAsync(201, "POST", All, Create), ExampleNode("platform/secret.post.response.json"));
        await IsLikeAsync(await controller.OkAsync(200, "GET", One), ExampleNode("platform/secret.get.response.json"));
        var list = (await controller.OkAsync(200, "GET", All))!["secrets"]!.AsArray();
        await IsLikeAsync(list.Single(), ExampleNode("platform/secrets.list.response.json")["secrets"]![0]);

        foreach (var patch in (string[])["secret.patch.request.json", "secret.patch.no-type.request.json"])
        {
            var before = await controller.OkAsync(200, "GET", One);
            var changed = await controller.OkAsync(200, "PATCH", One, ExampleText("platform/" + patch));
            await IsLikeAsync(changed, ExampleNode("platform/secret.post.response.json"));
            var after = await controller.OkAsync(200, "GET", One);
            await Assert.That(after!["data"]!.ToJsonString()).IsEqualTo("""{"username":"edge","password":"n3w"}""");
            await Assert.That((string)after["created_at"]!).IsEqualTo((string)before!["created_at"]!);
            await Assert.That(DateTimeOffset.Parse((string)after["updated_at"]!)).IsGreaterThanOrEqualTo(DateTimeOffset.Parse((string)before["updated_at"]!));
        }

        await IsSameAsync(await controller.OkAsync(200, "DELETE", One), new JsonObject());
        await IsErrorAsync(await controller.SendAsync("GET", Base + One), 404, "NotFoundError", (string)ExampleNode("platform/error.404.secret.json")["message"]!);
    }

    [Test]
    public async Task The_data_is_stored_encrypted_and_what_the_original_stored_is_read()
    {
        await using var controller = await TestController.StartAsync();
        await controller.OkAsync(201, "POST", All, Create);
        var stored = await controller.TextAsync("SELECT \"data\" FROM \"Secrets\"");
        await Assert.That(stored).StartsWith("v1:").And.DoesNotContain("s3cret");

        var vector = ExampleNode("secrets/secret.at-rest.vector.json");
        await controller.RunAsync("UPDATE \"Secrets\" SET \"data\" = @d", new() { { "d", (string)vector["columnValue"]! } });
        await Assert.That((await controller.OkAsync(200, "GET", One))!["data"]!.ToJsonString()).IsEqualTo((string)vector["plaintext"]!);
    }

    [Test]
    public async Task Data_that_cannot_be_decrypted_reads_as_empty()
    {
        await using var controller = await TestController.StartAsync();
        await controller.OkAsync(201, "POST", All, Create);
        await controller.RunAsync("UPDATE \"Secrets\" SET \"data\" = 'v1:AAAA'", []);
        await Assert.That((await controller.OkAsync(200, "GET", One))!["data"]!.ToJsonString()).IsEqualTo("{}");
        await controller.OkAsync(200, "PATCH", One, """{"data":{"a":"b"}}""");
        await Assert.That((await controller.OkAsync(200, "GET", One))!["data"]!.ToJsonString()).IsEqualTo("""{"a":"b"}""");
    }

    [Test]
    [Arguments("{}", "Required field 'name' is missing")]
    [Arguments("""{"name":"a","data":{}}""", "Required field 'type' is missing")]
    [Arguments("""{"name":"a","type":"Opaque"}""", "Required field 'data' is missing")]
    [Arguments("""{"name":"","type":"Opaque","data":{}}""", "Field name does not meet minimum length of 1")]
    [Arguments("""{"name":7,"type":"Opaque","data":{}}""", "Field 'name' is not of a type(s) string")]
    [Arguments("""{"name":"a","type":"opaque","data":{}}""", "Field type is not one of enum values: Opaque,tls")]
    [Arguments("""{"name":"a","type":"Opaque","data":[]}""", "Field 'data' is not of a type(s) object")]
    [Arguments("""{"name":"a","type":"Opaque","data":{},"colour":1}""", "Field 'colour' not allowed")]
    [Arguments("""{"name":"a","type":"Opaque","data":{"k":{}}}""", "Field 'data.k' is not of a type(s) string")]
    [Arguments("""{"name":"a","type":"Opaque","data":{"k":[1]}}""", "Field 'data.k' is not of a type(s) string")]
    [Arguments("""{"name":"a","type":"Opaque","data":{"k":null}}""", "Field 'data.k' is not of a type(s) string")]
    [Arguments("""{"name":"a","type":"tls","data":{"ok":"YQ==","b":"!","c":"YQ","d":"YR==","e":"/w==","f":" YQ=="}}""", "Invalid base64 encoding for keys: b, c, d, e, f")]
    public async Task A_bad_body_is_refused(string body, string message)
    {
        await using var controller = await TestController.StartAsync();
        await controller.RefusedAsync("POST", All, body, 400, message);
        await Assert.That((await controller.OkAsync(200, "GET", All))!["secrets"]!.AsArray()).IsEmpty();
    }

    [Test]
    public async Task A_name_has_255_characters_at_most()
    {
        await using var controller = await TestController.StartAsync();
        await controller.OkAsync(201, "POST", All, $$"""{"name":"{{new string('n', 255)}}","type":"Opaque","data":{ } }""");
        await controller.RefusedAsync(
            "POST", All, $$"""{"name":"{{new string('n', 256)}}","type":"Opaque","data":{ } }""", 400, "Field name does not meet maximum length of 255");
    }

    [Test]
    public async Task Scalars_are_taken_as_their_text_and_large_values_are_kept()
    {
        await using var controller = await TestController.StartAsync();
        var large = new string('x', 300_000);
        await controller.OkAsync(201, "POST", All, $$"""{"name":"a","type":"Opaque","data":{"n":5432,"f":0.5,"b":true,"e":"","large":"{{large}}"} }""");
        var data = (await controller.OkAsync(200, "GET", "/secrets/a"))!["data"]!;
        await Assert.That($"{data["n"]} {data["f"]} {data["b"]} '{data["e"]}'").IsEqualTo("5432 0.5 true ''");
        await Assert.That((string)data["large"]!).IsEqualTo(large);
    }

    [Test]
    public async Task A_name_is_taken_once_whoever_asks_first()
    {
        await using var controller = await TestController.StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => controller.SendAsync("POST", Base + All, Create)));
        await Assert.That(answers.Count(a => a.Status == HttpStatusCode.Created)).IsEqualTo(1);
        foreach (var answer in answers.Where(a => a.Status != HttpStatusCode.Created))
        {
            await IsErrorAsync(answer, 409, "ConflictError", (string)ExampleNode("platform/error.409.secret.json")["message"]!);
        }
    }

    [Test]
    public async Task What_is_not_there_is_404_and_the_type_stays()
    {
        await using var controller = await TestController.StartAsync();
        foreach (var (method, body) in new[] { ("GET", null), ("PATCH", """{"data":{}}"""), ("DELETE", null) })
        {
            await controller.RefusedAsync(method, "/secrets/none", body, 404, "Secret with name \"none\" not found");
        }

        await controller.OkAsync(201, "POST", All, Create);
        await controller.RefusedAsync(
            "PATCH", One, """{"type":"tls","data":{}}""", 400,
            "Secret type mismatch. Secret db-login is of type Opaque but trying to update with type tls");
        await controller.RefusedAsync("PATCH", One, """{"name":"db-login"}""", 400, "Required field 'data' is missing");
        await controller.OkAsync(200, "PATCH", One, """{"name":"ignored","data":{}}""");
        await controller.OkAsync(200, "GET", One);

        await controller.OkAsync(201, "POST", All, ExampleText("platform/secret.post.tls.request.json"));
        await controller.RefusedAsync("PATCH", "/secrets/example-ca", """{"data":{"tls.crt":"no"}}""", 400, "Invalid base64 encoding for keys: tls.crt");
    }

    [Test]
    public async Task A_change_reaches_the_nodes_that_mount_it_or_take_variables_from_it()
    {
        await using var controller = await TestController.StartAsync();
        var (mounting, using_, other) = (await TestAgent.CreateAsync(controller), await TestAgent.CreateAsync(controller), await TestAgent.CreateAsync(controller));
        await controller.OkAsync(201, "POST", All, Create);
        await controller.OkAsync(201, "POST", All, """{"name":"db","type":"Opaque","data":{}}""");
        await controller.OkAsync(200, "POST", "/volumeMounts", """{"name":"login","secretName":"db-login"}""");
        await controller.OkAsync(200, "POST", "/volumeMounts/login/link", $$"""{"fogUuids":["{{mounting.Uuid}}"]}""");
        await AddVariableAsync(controller, using_, "db-login/password");
        await AddVariableAsync(controller, other, "db/password");
        foreach (var agent in (TestAgent[])[mounting, using_, other])
        {
            await controller.Database.TakeFlagsAsync(agent);
        }

        // The same data once more counts as a change too.
        for (var version = 2; version < 4; version++)
        {
            await controller.OkAsync(200, "PATCH", One, """{"data":{"password":"n3w"}}""");
            await Assert.That(await controller.Database.TakeFlagsAsync(mounting)).IsEqualTo(ChangeFlags.VolumeMounts);
            await Assert.That(await controller.Database.TakeFlagsAsync(using_)).IsEqualTo(ChangeFlags.Microservices);
            await Assert.That(await controller.Database.TakeFlagsAsync(other)).IsEqualTo(ChangeFlags.None);
            var mount = (await mounting.SendAsync("GET", "/volumeMounts")).Body!["volumeMounts"]![0]!;
            await Assert.That($"{mount["name"]} {mount["type"]} {mount["version"]} {mount["data"]!.ToJsonString()}")
                .IsEqualTo($$"""login secret {{version}} {"password":"bjN3"}""");
        }

        await controller.OkAsync(200, "DELETE", One);
        await Assert.That(await controller.Database.TakeFlagsAsync(mounting)).IsEqualTo(ChangeFlags.VolumeMounts);
        await Assert.That((await mounting.SendAsync("GET", "/volumeMounts")).Body!.ToJsonString()).IsEqualTo("""{"volumeMounts":[]}""");
        await controller.RefusedAsync("GET", "/volumeMounts/login", null, 404, "Volume mount with name login not found");
    }

    [Test]
    public async Task A_ca_that_signed_certificates_stays_and_a_certificate_is_forgotten_with_its_secret()
    {
        await using var controller = await TestController.StartAsync();
        foreach (var name in (string[])["ca", "leaf-b", "leaf-a"])
        {
            await controller.OkAsync(201, "POST", All, $$"""{"name":"{{name}}","type":"tls","data":{ } }""");
            await controller.RunAsync(
                """
                INSERT INTO "Certificates" ("name", "subject", "is_ca", "signed_by_id", "valid_from", "valid_to", "serial_number", "secret_id")
                SELECT @name, 'x', @ca, (SELECT c."id" FROM "Certificates" c WHERE c."name" = 'ca'), @now, @now, '1', s."id" FROM "Secrets" s WHERE s."name" = @name
                """,
                new() { { "name", name }, { "ca", name == "ca" }, { "now", DateTimeOffset.UtcNow } });
        }

        await controller.RefusedAsync(
            "DELETE", "/secrets/ca", null, 400,
            "Cannot delete CA that has signed certificates. Please delete the following certificates first: leaf-a, leaf-b");
        foreach (var name in (string[])["leaf-a", "leaf-b", "ca"])
        {
            await controller.OkAsync(200, "DELETE", "/secrets/" + name);
        }

        await Assert.That(await controller.TextAsync("SELECT \"name\" FROM \"Certificates\"")).IsNull();
    }

    [Test]
    public async Task Yaml_creates_and_changes()
    {
        await using var controller = await TestController.StartAsync();
        var yaml = ExampleText("platform/secret.yaml");
        var (status, body) = await controller.UploadAsync("POST", Base + "/secrets/yaml", yaml, "secret");
        await Assert.That(status).IsEqualTo(HttpStatusCode.Created);
        await IsLikeAsync(body, ExampleNode("platform/secret.post.response.json"));
        await IsLikeAsync(await controller.OkAsync(200, "GET", One), ExampleNode("platform/secret.get.response.json"));

        // Only the data counts: the type of the file is not looked at.
        var other = "kind: Secret\nmetadata: {name: db-login}\nspec: {type: tls}\ndata: {port: 5432}\n";
        (status, _) = await controller.UploadAsync("PATCH", Base + "/secrets/yaml/db-login", other, "secret");
        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        var read = (await controller.OkAsync(200, "GET", One))!;
        await Assert.That($"{read["type"]} {read["data"]!.ToJsonString()}").IsEqualTo("""Opaque {"port":"5432"}""");

        (status, _) = await controller.UploadAsync("POST", Base + "/secrets/yaml", other.Replace("db-login", "tls"), "secret");
        await Assert.That(status).IsEqualTo(HttpStatusCode.BadRequest); // 5432 is no base64
        await IsErrorAsync(
            await controller.UploadAsync("PATCH", Base + "/secrets/yaml/other", other, "secret"), 400, "ValidationError",
            "Secret name in YAML (db-login) doesn't match endpoint path (other)");
        await IsErrorAsync(
            await controller.UploadAsync("PATCH", Base + "/secrets/yaml/none", other.Replace("db-login", "none"), "secret"), 404, "NotFoundError",
            "Secret with name \"none\" not found");
    }

    [Test]
    [Arguments("metadata: {name: a}\nspec: {}\n", "Invalid YAML format: missing kind field")]
    [Arguments("- a\n", "Invalid YAML format: missing kind field")]
    [Arguments("kind: ConfigMap\nmetadata: {name: a}\nspec: {}\n", "Invalid kind ConfigMap")]
    [Arguments("kind: Secret\nspec: {}\n", "Invalid YAML format: missing metadata or spec")]
    [Arguments("kind: Secret\nmetadata: {name: a}\nspec: 5\n", "Invalid YAML format: missing metadata or spec")]
    [Arguments("kind: Secret\nmetadata: {name: a}\ndata: {}\n", "Required field 'type' is missing")]
    [Arguments("kind: Secret\nmetadata: {}\ntype: Opaque\ndata: {}\n", "Required field 'name' is missing")]
    [Arguments("kind: Secret\nmetadata: {name: a}\ntype: Opaque\n", "Required field 'data' is missing")]
    [Arguments("kind: [", "Error parsing YAML: ")]
    public async Task Bad_yaml_is_refused(string yaml, string message)
    {
        await using var controller = await TestController.StartAsync();
        var (status, body) = await controller.UploadAsync("POST", Base + "/secrets/yaml", yaml, "secret");
        await Assert.That(($"{(int)status} {body!["name"]}", ((string)body["message"]!)[..Math.Min(message.Length, ((string)body["message"]!).Length)]))
            .IsEqualTo(("400 ValidationError", message));
        await IsErrorAsync(await controller.SendAsync("POST", Base + "/secrets/yaml"), 400, "ValidationError", "Secret file missing");
    }

    private static async Task AddVariableAsync(TestController controller, TestAgent agent, string reference)
    {
        var uuid = await controller.Database.AddMicroserviceAsync(agent);
        await controller.RunAsync(
            "INSERT INTO \"MicroserviceEnvs\" (\"key\", \"value_from_secret\", \"microservice_uuid\") VALUES ('K', @r, @u)",
            new() { { "r", reference }, { "u", uuid } });
    }
}
