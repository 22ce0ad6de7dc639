using System.Net;
using Controller.Platform;
using Controller.Sql.Stores;
using Controller.Tests.Support;

namespace Controller.Tests.Fogs;

/// <summary>Phases, conditions, failures and deletion of an agent's platform (reconcile 7 to 10, 17, 19.1).</summary>
public sealed class FogPlatformTests
{
    [Test]
    public async Task A_new_agent_becomes_ready_at_once_and_tells_honestly_what_runs()
    {
        await using var controller = await TestController.StartAsync();
        var plain = await controller.PhaseAsync(await controller.CreateNodeAsync(), "Ready");
        var status = plain["platformStatus"]!.AsObject();
        await Assert.That(status.Select(p => p.Key)).IsEquivalentTo(["observedGeneration", "phase", "lastError", "lastTransitionAt", "conditions", "generation"]);
        await Assert.That(status["conditions"]!.ToJsonString()).IsEqualTo(
            """[{"type":"RouterReady","status":"True","reason":"ReconcileComplete"},{"type":"NatsReady","status":"True","reason":"ReconcileComplete"}]""");
        await Assert.That(status["lastError"]).IsNull();

        var edge = await controller.PhaseAsync(await controller.CreateFogAsync("""{"name":"edge","archId":1}"""), "Ready");
        await Assert.That(edge["platformStatus"]!["conditions"]![0]!["status"]!.GetValue<string>()).IsEqualTo("False");
        await Assert.That(edge["warningMessage"]!.GetValue<string>()).IsEqualTo("HEALTHY");
    }

    [Test]
    public async Task The_first_reconcile_tells_the_agent_to_load_its_microservices()
    {
        await using var controller = await TestController.StartAsync();
        var uuid = await controller.CreateNodeAsync();
        await controller.PhaseAsync(uuid, "Ready");
        var rows = await controller.Database.ReadAsync(s => ChangeStore.ListAsync(s, uuid));
        await Assert.That(rows.Select(r => r.Flags)).IsEquivalentTo([ChangeFlags.Microservices]);
        await controller.PatchFogAsync(uuid, """{"description":"x"}""");
        await controller.PhaseAsync(uuid, "Ready");
        rows = await controller.Database.ReadAsync(s => ChangeStore.ListAsync(s, uuid));
        await Assert.That(rows.Skip(1).Select(r => r.Flags)).IsEquivalentTo([ChangeFlags.Config, ChangeFlags.Microservices]);
    }

    [Test]
    public async Task A_failure_is_shown_retried_and_forgotten_when_it_is_mended()
    {
        await using var controller = await TestController.StartAsync();
        var uuid = await controller.CreateFogAsync("""{"name":"s","archId":1,"host":"10.0.0.1"}""");
        await controller.PhaseAsync(uuid, "Ready");
        var good = (await controller.TextAsync("SELECT \"spec_json\" FROM \"FogPlatformSpecs\" WHERE \"fog_uuid\" = @u", uuid))!;
        await SetSpec(good.Replace("interior", "edge", StringComparison.Ordinal));
        await Assert.That((await controller.SendAsync("POST", $"/api/v3/iofog/{uuid}/reconcile", "")).Status).IsEqualTo(HttpStatusCode.OK);

        var failed = await controller.PhaseAsync(uuid, "Failed");
        await Assert.That(failed["platformStatus"]!["lastError"]!.GetValue<string>()).IsEqualTo("Invalid router mode 'edge'");
        await Assert.That(failed["warningMessage"]!.GetValue<string>()).IsEqualTo("Platform reconcile: Invalid router mode 'edge'");
        var task = await controller.TextAsync("SELECT \"status\" FROM \"FogPlatformReconcileTasks\" WHERE \"fog_uuid\" = @u AND \"attempts\" = 1 AND \"next_attempt_at\" IS NOT NULL", uuid);
        await Assert.That(task).IsEqualTo("pending");

        await SetSpec(good);
        await controller.SendAsync("POST", $"/api/v3/iofog/{uuid}/reconcile", "");
        var mended = await controller.PhaseAsync(uuid, "Ready");
        await Assert.That(mended["warningMessage"]!.GetValue<string>()).IsEqualTo("HEALTHY");
        await Assert.That(mended["platformStatus"]!["lastError"]).IsNull();

        Task SetSpec(string json) => controller.Database.WriteAsync(s => s.ExecuteAsync(
            "UPDATE \"FogPlatformSpecs\" SET \"spec_json\" = @j WHERE \"fog_uuid\" = @u", new() { { "j", json }, { "u", uuid } }));
    }

    [Test]
    public async Task A_deleted_agent_goes_with_all_it_had_and_its_name_is_free()
    {
        await using var controller = await TestController.StartAsync();
        var uuid = await controller.CreateNodeAsync("n");
        await controller.AddMicroserviceAsync("ms-1", uuid);
        await controller.Database.WriteAsync(s => s.ExecuteAsync("INSERT INTO \"Applications\" (\"name\", \"is_system\") VALUES ('system-n', TRUE), ('mine', FALSE)"));
        var (status, body) = await controller.SendAsync("DELETE", $"/api/v3/iofog/{uuid}", "");
        await Assert.That((status, body!["uuid"]!.GetValue<string>())).IsEqualTo((HttpStatusCode.Accepted, uuid));
        await controller.GoneAsync(uuid);
        await Assert.That(await controller.TextAsync("SELECT \"uuid\" FROM \"Microservices\"")).IsNull();
        await Assert.That(await controller.TextAsync("SELECT \"name\" FROM \"Applications\" WHERE \"name\" = 'system-n'")).IsNull();
        await Assert.That(await controller.TextAsync("SELECT \"name\" FROM \"Applications\"")).IsEqualTo("mine");
        await Assert.That(await controller.TextAsync("SELECT \"fog_uuid\" FROM \"FogPlatformReconcileTasks\"")).IsNull();
        // Never provisioned: nobody is left to be told.
        await Assert.That(await controller.TextAsync("SELECT \"uuid\" FROM \"FogTombstones\"")).IsNull();
        await Assert.That((await controller.SendAsync("DELETE", $"/api/v3/iofog/{uuid}", "")).Status).IsEqualTo(HttpStatusCode.NotFound);
        await controller.CreateNodeAsync("n");
    }

    [Test]
    public async Task Work_that_was_left_behind_is_taken_up_after_a_start()
    {
        var directory = Directory.CreateTempSubdirectory("controller-test-");
        try
        {
            string stuck, behind;
            await using (var first = await TestController.StartAsync(dataDirectory: directory.FullName))
            {
                stuck = await first.CreateNodeAsync("stuck");
                behind = await first.CreateNodeAsync("behind");
                await first.PhaseAsync(stuck, "Ready");
                await first.PhaseAsync(behind, "Ready");
                await first.Database.WriteAsync(async s =>
                {
                    await FogPlatformStore.SetDeletingAsync(s, stuck, DateTimeOffset.UtcNow);
                    await s.ExecuteAsync("UPDATE \"FogPlatformSpecs\" SET \"generation\" = 7 WHERE \"fog_uuid\" = @u", new() { { "u", behind } });
                });
            }

            await using var second = await TestController.StartAsync(new() { ["JOB_STARTUP_DELAY_SECONDS"] = "0" }, directory.FullName);
            await second.GoneAsync(stuck);
            var fog = await second.PhaseAsync(behind, "Ready");
            await Assert.That(fog["platformStatus"]!["observedGeneration"]!.GetValue<int>()).IsEqualTo(7);
        }
        finally
        {
            directory.Delete(true);
        }
    }

    [Test]
    public async Task A_bad_outbox_row_stops_nobody_else()
    {
        await using var controller = await TestController.StartAsync();
        await controller.Database.WriteAsync(s => ReconcileStore.PutOutboxAsync(s, PlatformQueue.FogKind, "nonsense", "bad", DateTimeOffset.UtcNow));
        await controller.PhaseAsync(await controller.CreateNodeAsync(), "Ready");
        await Assert.That(await controller.TextAsync("SELECT \"last_error\" FROM \"ReconcileOutbox\" WHERE \"idempotency_key\" = 'bad'")).IsNotNull();
    }
}
