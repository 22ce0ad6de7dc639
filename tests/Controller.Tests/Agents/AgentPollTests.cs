using System.Diagnostics;
using System.Globalization;
using System.Net;
using Controller.Sql.Stores;
using Controller.Tests.Support;

namespace Controller.Tests.Agents;

/// <summary>Change polls: shape, durability, acknowledgement, holding (agent-wire 8, decisions 7 and 13).</summary>
public sealed class AgentPollTests
{
    private static readonly string[] Flags =
    [
        "config", "version", "reboot", "deleteNode", "microserviceList", "microserviceConfig", "registries", "tunnel", "prune",
        "routerChanged", "volumeMounts", "execSessions", "microserviceLogs", "fogLogs",
    ];

    private static ChangeFlags[] Single => [.. Enum.GetValues<ChangeFlags>().Where(f => f != 0 && (f & (f - 1)) == 0)];

    [Test]
    public async Task An_idle_poll_has_all_flags_false_and_a_stamp_of_now()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        var before = DateTimeOffset.UtcNow.AddMilliseconds(-1);
        var body = (await agent.PollAsync()).AsObject();
        await Assert.That(body.Select(p => p.Key).Order()).IsEquivalentTo(Flags.Append("lastUpdated").Order());
        foreach (var flag in Flags)
        {
            await Assert.That(body[flag]!.GetValue<bool>()).IsFalse();
        }

        var stamp = DateTimeOffset.ParseExact(
            body["lastUpdated"]!.GetValue<string>(), "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        await Assert.That(stamp).IsBetween(before, DateTimeOffset.UtcNow);
    }

    [Test]
    public async Task Every_flag_travels_alone_and_is_cleared_by_its_acknowledgement()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        foreach (var flag in Single)
        {
            await agent.RaiseAsync(flag);
            var body = await agent.PollAsync();
            var name = flag.ToString();
            await Assert.That(Flags.Where(f => body[f]!.GetValue<bool>())).IsEquivalentTo([char.ToLowerInvariant(name[0]) + name[1..]]);
        }
    }

    [Test]
    public async Task A_flag_raised_between_poll_and_acknowledgement_survives()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        await agent.RaiseAsync(ChangeFlags.Config);
        var (_, first) = await agent.SendAsync("GET", "/config/changes");
        await agent.RaiseAsync(ChangeFlags.Prune);
        // Even a stamp from the future clears only what was shown.
        await agent.SendAsync("PATCH", "/config/changes", """{"lastUpdated":"2099-01-01T00:00:00.000Z"}""");
        var second = await agent.PollAsync();
        await Assert.That(first!["config"]!.GetValue<bool>()).IsTrue();
        await Assert.That(second["config"]!.GetValue<bool>()).IsFalse();
        await Assert.That(second["prune"]!.GetValue<bool>()).IsTrue();
    }

    [Test]
    public async Task Flags_and_their_acknowledgement_survive_a_restart()
    {
        var directory = Directory.CreateTempSubdirectory("controller-test-");
        try
        {
            TestAgent agent;
            await using (var first = await TestController.StartAsync(dataDirectory: directory.FullName))
            {
                agent = await TestAgent.CreateAsync(first);
                await agent.RaiseAsync(ChangeFlags.Reboot);
                await agent.PollAsync();
                await agent.RaiseAsync(ChangeFlags.Registries);
                await agent.PollAsync(acknowledge: false);
            }

            await using var second = await TestController.StartAsync(dataDirectory: directory.FullName);
            // The mark of a clean stop is exact: a token signed in a later second is fresh.
            await Task.Delay(1100);
            var body = await agent.At(second).PollAsync();
            await Assert.That(body["registries"]!.GetValue<bool>()).IsTrue();
            await Assert.That(body["reboot"]!.GetValue<bool>()).IsFalse();
        }
        finally
        {
            directory.Delete(true);
        }
    }

    [Test]
    [Arguments("{}", "Required field 'lastUpdated' is missing")]
    [Arguments("""{"lastUpdated":5}""", "Field 'lastUpdated' is not of a type(s) string")]
    [Arguments("""{"lastUpdated":"yesterday"}""", "Invalid format for field 'lastUpdated'")]
    [Arguments("""{"lastUpdated":null}""", "Field 'lastUpdated' is not of a type(s) string")]
    public async Task An_acknowledgement_without_a_stamp_is_refused(string json, string message)
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        var (status, body) = await agent.SendAsync("PATCH", "/config/changes", json);
        await Assert.That(status).IsEqualTo(HttpStatusCode.BadRequest);
        await Assert.That(body!["name"]!.GetValue<string>()).IsEqualTo("ValidationError");
        await Assert.That(body["message"]!.GetValue<string>()).IsEqualTo(message);
    }

    [Test]
    public async Task The_first_poll_returns_at_once_and_the_next_is_held_until_a_change()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        await agent.PollAsync();
        var held = agent.PollAsync();
        await Task.Delay(300);
        await Assert.That(held.IsCompleted).IsFalse();
        await agent.RaiseAsync(ChangeFlags.ExecSessions);
        await Assert.That((await held.WaitAsync(TimeSpan.FromSeconds(10)))["execSessions"]!.GetValue<bool>()).IsTrue();
    }

    [Test]
    public async Task A_hold_ends_by_itself_with_an_idle_answer()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        await agent.PollAsync();
        var watch = Stopwatch.StartNew();
        var body = await agent.PollAsync(prefer: "respond-async, wait=1");
        await Assert.That(watch.Elapsed).IsGreaterThan(TimeSpan.FromMilliseconds(900));
        await Assert.That(Flags.Any(f => body[f]!.GetValue<bool>())).IsFalse();
    }

    [Test]
    public async Task Nothing_is_held_while_the_agent_may_be_initializing()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        Task NotHeld(bool acknowledge = true) => agent.PollAsync(acknowledge).WaitAsync(TimeSpan.FromSeconds(10));

        await NotHeld(acknowledge: false); // the first
        await NotHeld(); // the one before was not acknowledged
        await agent.SendAsync("PUT", "/status", """{"daemonStatus":"RUNNING","daemonLastStart":1783585798123}""");
        await NotHeld(); // the agent has started anew
        var held = agent.PollAsync();
        await Task.Delay(200);
        await Assert.That(held.IsCompleted).IsFalse();
        await agent.RaiseAsync(ChangeFlags.Config);
        await held;
    }

    [Test]
    public async Task Holding_can_be_switched_off()
    {
        await using var controller = await TestController.StartAsync(new() { ["AGENT_CHANGES_HOLD_SECONDS"] = "0" });
        var agent = await TestAgent.CreateAsync(controller);
        for (var i = 0; i < 3; i++)
        {
            await agent.PollAsync().WaitAsync(TimeSpan.FromSeconds(10));
        }
    }

    [Test]
    public async Task Held_polls_are_answered_when_the_controller_stops()
    {
        var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        await agent.PollAsync();
        var held = agent.SendAsync("GET", "/config/changes");
        await Task.Delay(200);
        await controller.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(15));
        await Assert.That((await held).Status).IsEqualTo(HttpStatusCode.OK);
    }

    [Test]
    public async Task A_hundred_concurrent_changes_all_reach_the_agent()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        using var stop = new CancellationTokenSource();
        var polling = Task.Run(async () =>
        {
            for (var last = false; !last;)
            {
                last = stop.IsCancellationRequested;
                var body = await agent.PollAsync(prefer: "wait=0");
                seen.UnionWith(Flags.Where(f => body[f]!.GetValue<bool>()));
            }
        });
        await Parallel.ForEachAsync(Enumerable.Range(0, 100), async (i, _) => await agent.RaiseAsync(Single[i % Single.Length]));
        await stop.CancelAsync();
        await polling;
        await Assert.That(seen.Order()).IsEquivalentTo(Flags.Order());
    }
}
