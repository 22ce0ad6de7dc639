using Controller.Agents;
using Controller.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Controller.Tests.Agents;

/// <summary>Agents that fall silent (agent-wire 22, decision 12).</summary>
public sealed class FogStatusJobTests
{
    [Test]
    public async Task A_silent_agent_is_unknown_after_three_periods_of_server_time()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var controller = await TestController.StartAsync(customize: s => s.AddSingleton<TimeProvider>(time));
        var job = controller.Service<FogStatusJob>();
        var agent = await controller.ProvisionAsync(await controller.CreateNodeAsync(more: ",\"statusFrequency\":1"), now: time.GetUtcNow);
        await controller.AddMicroserviceAsync("running", agent.Uuid);
        await controller.AddMicroserviceAsync("stopped", agent.Uuid, "STOPPED", isActivated: false);
        await controller.AddMicroserviceAsync("dying", agent.Uuid, isDeleted: true);
        // The agent's own clock has no say in it.
        await agent.SendAsync("PUT", "/status", """{"daemonStatus":"RUNNING","lastStatusTime":5}""");

        time.Advance(TimeSpan.FromSeconds(20));
        await agent.SendAsync("PUT", "/status", """{"daemonStatus":"RUNNING","lastStatusTime":6}""");
        time.Advance(TimeSpan.FromSeconds(29));
        await job.CheckAsync(CancellationToken.None);
        await Assert.That(await Status()).IsEqualTo("RUNNING");
        time.Advance(TimeSpan.FromSeconds(2));
        await job.CheckAsync(CancellationToken.None);
        await Assert.That(await Status()).IsEqualTo("UNKNOWN");
        await Assert.That(await Microservice("running")).IsEqualTo("UNKNOWN");
        await Assert.That(await Microservice("stopped")).IsEqualTo("STOPPED");
        await Assert.That(await Microservice("dying")).IsNull();
        await Assert.That(await controller.TextAsync("SELECT \"status\" FROM \"MicroserviceExecStatuses\" WHERE \"microservice_uuid\" = 'running'")).IsEqualTo("INACTIVE");

        await agent.SendAsync("PUT", "/status", """{"daemonStatus":"RUNNING"}""");
        await Assert.That(await Status()).IsEqualTo("RUNNING");

        async Task<string> Status() => (await controller.FogAsync(agent.Uuid))["daemonStatus"]!.GetValue<string>();
        Task<string?> Microservice(string uuid) => controller.TextAsync("SELECT \"status\" FROM \"MicroserviceStatuses\" WHERE \"microservice_uuid\" = @u", uuid);
    }

    [Test]
    public async Task A_fog_with_a_failed_platform_falls_silent_too()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var controller = await TestController.StartAsync(customize: s => s.AddSingleton<TimeProvider>(time));
        var agent = await controller.ProvisionAsync(await controller.CreateNodeAsync(), now: time.GetUtcNow);
        // The reconcile of the new node ends with a message of its own.
        await controller.PhaseAsync(agent.Uuid, "Ready");
        await controller.Database.WriteAsync(s => s.ExecuteAsync("UPDATE \"Fogs\" SET \"warning_message\" = 'Platform reconcile: x'"));
        controller.Service<Fleet>().Forget(agent.Uuid);
        await agent.SendAsync("PUT", "/status", """{"daemonStatus":"RUNNING"}""");
        await Assert.That(await controller.TextAsync("SELECT \"daemon_status\" FROM \"Fogs\"")).IsEqualTo("WARNING");
        time.Advance(TimeSpan.FromSeconds(31));
        await controller.Service<FogStatusJob>().CheckAsync(CancellationToken.None);
        await Assert.That(await controller.TextAsync("SELECT \"daemon_status\" FROM \"Fogs\"")).IsEqualTo("UNKNOWN");
    }

    [Test]
    public async Task Nobody_is_silent_towards_a_controller_that_has_just_started()
    {
        var directory = Directory.CreateTempSubdirectory("controller-test-");
        try
        {
            var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
            await using (var first = await TestController.StartAsync(dataDirectory: directory.FullName, customize: s => s.AddSingleton<TimeProvider>(time)))
            {
                var agent = await first.ProvisionAsync(await first.CreateNodeAsync(), now: time.GetUtcNow);
                await agent.SendAsync("PUT", "/status", """{"daemonStatus":"RUNNING"}""");
            }

            time.Advance(TimeSpan.FromHours(1));
            await using var second = await TestController.StartAsync(dataDirectory: directory.FullName, customize: s => s.AddSingleton<TimeProvider>(time));
            await second.Service<FogStatusJob>().CheckAsync(CancellationToken.None);
            await Assert.That(await second.TextAsync("SELECT \"daemon_status\" FROM \"Fogs\"")).IsEqualTo("RUNNING");
            time.Advance(TimeSpan.FromSeconds(31));
            await second.Service<FogStatusJob>().CheckAsync(CancellationToken.None);
            await Assert.That(await second.TextAsync("SELECT \"daemon_status\" FROM \"Fogs\"")).IsEqualTo("UNKNOWN");
        }
        finally
        {
            directory.Delete(true);
        }
    }
}
