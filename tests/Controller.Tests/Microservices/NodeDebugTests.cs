using System.Net;
using System.Text.Json.Nodes;
using Controller.Sql.Stores;

namespace Controller.Tests.Microservices;

/// <summary>POST and DELETE /iofog/{uuid}/exec (api-workloads 3.10).</summary>
public sealed class NodeDebugTests
{
    private const ChangeFlags Flags = ChangeFlags.MicroserviceList | ChangeFlags.ExecSessions;

    [Test]
    public async Task A_debug_microservice_comes_and_goes()
    {
        await using var w = await Workloads.StartAsync();
        await w.OkAsync("POST", $"/iofog/{w.Fog}/exec");
        await Assert.That((await w.TakeFlagsAsync()) & Flags).IsEqualTo(Flags);
        var m = await DebugAsync(w);
        await Assert.That(m["name"]!.GetValue<string>()).IsEqualTo("debug");
        await Assert.That(m["application"]!.GetValue<string>()).IsEqualTo("system-edge-1");
        await Assert.That(m["catalogItemId"]!.GetValue<int>()).IsEqualTo(4);
        foreach (var (field, value) in new[]
        {
            ("hostNetworkMode", "true"), ("isPrivileged", "true"), ("pidMode", "\"host\""), ("ipcMode", "\"host\""), ("schedule", "0"),
            ("config", "\"{}\""), ("logSize", "1"), ("iofogUuid", $"\"{w.Fog}\""),
        })
        {
            await Assert.That(m[field]!.ToJsonString()).IsEqualTo(value).Because(field);
        }

        // Again, with an image of one's own: the same microservice.
        var uuid = m["uuid"]!.GetValue<string>();
        await w.Database.WriteAsync(s => s.ExecuteAsync("UPDATE \"Microservices\" SET \"is_privileged\" = FALSE, \"rebuild\" = FALSE"));
        await w.OkAsync("POST", $"/iofog/{w.Fog}/exec", System.Text.Encoding.UTF8.GetString(Example.Bytes("workloads/agent-exec-request.json")));
        m = await DebugAsync(w);
        await Assert.That(m["uuid"]!.GetValue<string>()).IsEqualTo(uuid);
        await Assert.That(m["isPrivileged"]!.GetValue<bool>()).IsTrue();
        await Assert.That(m["catalogItemId"]).IsNull();
        await Assert.That(m["images"]!.AsArray().Select(i => (i!["containerImage"]!.GetValue<string>(), i["archId"]!.GetValue<int>()))).IsEquivalentTo(
            Enumerable.Range(1, 4).Select(archId => ("registry.example.com/tools/debugger:1.2", archId)));
        await Assert.That(await w.TakeRebuildAsync(uuid)).IsTrue();

        // And once more without one: it keeps its image and its container.
        await w.TakeFlagsAsync();
        await w.OkAsync("POST", $"/iofog/{w.Fog}/exec");
        await Assert.That((await w.RowAsync(uuid)).Images.Count).IsEqualTo(4);
        await Assert.That(await w.TakeRebuildAsync(uuid)).IsFalse();
        await Assert.That((await w.TakeFlagsAsync()) & Flags).IsEqualTo(Flags);

        await w.OkAsync("DELETE", $"/iofog/{w.Fog}/exec");
        await Assert.That(await w.TakeFlagsAsync()).IsEqualTo(Flags);
        await Assert.That(await w.CountAsync("Microservices")).IsEqualTo(0);
        await w.RefusedAsync("DELETE", $"/iofog/{w.Fog}/exec", null, 404, "NotFoundError", $"Invalid microservice UUID '{w.Fog}'");
    }

    [Test]
    public async Task Refusals()
    {
        await using var w = await Workloads.StartAsync();
        var arm = await w.AddFogAsync("arm", 4);
        var unprovisioned = await w.AddFogAsync("new", 0);
        await w.RefusedAsync("POST", "/iofog/nope/exec", null, 404, "NotFoundError", "Invalid ioFog UUID 'nope'");
        await w.RefusedAsync("DELETE", "/iofog/nope/exec", null, 404, "NotFoundError", "Invalid ioFog UUID 'nope'");
        await w.RefusedAsync("DELETE", $"/iofog/{w.Fog}/exec", null, 404, "NotFoundError", $"Invalid microservice UUID '{w.Fog}'");
        await w.RefusedAsync("POST", $"/iofog/{w.Fog}/exec", """{"image":5}""", 400, "ValidationError", "Field 'image' is not of a type(s) string");
        await w.RefusedAsync(
            "POST", $"/iofog/{unprovisioned}/exec", null, 400, "ValidationError", "Microservice debug does not have a valid image for its Agent type");
        await Assert.That(await w.CountAsync("Applications")).IsEqualTo(1);
        await w.OkAsync("POST", $"/iofog/{arm}/exec", """{"image":"x"}""");
        await w.AddApplicationAsync("system-edge-1");
        await w.RefusedAsync("POST", $"/iofog/{w.Fog}/exec", null, 400, "ValidationError", "System application name conflict: system-edge-1");
    }

    [Test]
    public async Task Many_at_once_make_one()
    {
        await using var w = await Workloads.StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => w.Controller.SendAsync("POST", $"/api/v3/iofog/{w.Fog}/exec")));
        await Assert.That(answers.All(a => a.Status == HttpStatusCode.NoContent)).IsTrue();
        await Assert.That(await w.CountAsync("Microservices")).IsEqualTo(1);
    }

    private static async Task<JsonObject> DebugAsync(Workloads w) =>
        (await w.OkAsync("GET", "/microservices/system?application=system-edge-1", null, HttpStatusCode.OK))!["microservices"]!.AsArray().Single()!.AsObject();
}
