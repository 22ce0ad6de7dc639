using Controller.Agents;
using Controller.Sql;
using Controller.Sql.Stores;
using Controller.Tests.Applications;
using Controller.Tests.Support;

namespace Controller.Tests.Agents;

/// <summary>Flags of one transaction become one row per fog (decision 7 holds as before).</summary>
public sealed class ChangeNotifierTests
{
    [Test]
    public async Task Flags_of_a_transaction_are_one_row_per_fog()
    {
        await using var controller = await TestController.StartAsync();
        var (a, b) = (await TestAgent.CreateAsync(controller), await TestAgent.CreateAsync(controller));
        var notifier = controller.Service<ChangeNotifier>();
        await controller.Database.WriteAsync(async s =>
        {
            await notifier.RaiseAsync(s, a.Uuid, ChangeFlags.Config);
            await notifier.RaiseAsync(s, [a.Uuid, b.Uuid, a.Uuid], ChangeFlags.MicroserviceList);
            await notifier.RaiseAsync(s, a.Uuid, ChangeFlags.Reboot);
            await notifier.RaiseAsync(s, "no such fog", ChangeFlags.Reboot);
        });
        await Assert.That(await RowsAsync(controller, a)).IsEquivalentTo([ChangeFlags.Config | ChangeFlags.MicroserviceList | ChangeFlags.Reboot]);
        await Assert.That(await RowsAsync(controller, b)).IsEquivalentTo([ChangeFlags.MicroserviceList]);

        var shown = await a.PollAsync(acknowledge: false);
        await Assert.That(shown["config"]!.GetValue<bool>() && shown["microserviceList"]!.GetValue<bool>() && shown["reboot"]!.GetValue<bool>()).IsTrue();
    }

    [Test]
    public async Task What_comes_after_an_answer_survives_its_acknowledgement()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        await agent.RaiseAsync(ChangeFlags.Config);
        var shown = await agent.PollAsync(acknowledge: false);
        await agent.RaiseAsync(ChangeFlags.Prune);
        await agent.SendAsync("PATCH", "/config/changes", $$"""{"lastUpdated":"{{shown["lastUpdated"]}}"}""");
        await Assert.That(await RowsAsync(controller, agent)).IsEquivalentTo([ChangeFlags.Prune]);
        var next = await agent.PollAsync();
        await Assert.That(next["prune"]!.GetValue<bool>()).IsTrue();
        await Assert.That(next["config"]!.GetValue<bool>()).IsFalse();
        await Assert.That(string.CompareOrdinal(next["lastUpdated"]!.GetValue<string>(), shown["lastUpdated"]!.GetValue<string>())).IsGreaterThan(0);
    }

    [Test]
    public async Task A_transaction_that_fails_raises_nothing()
    {
        await using var controller = await TestController.StartAsync();
        var agent = await TestAgent.CreateAsync(controller);
        await Assert.ThrowsAsync<InvalidOperationException>(() => controller.Database.WriteAsync(async s =>
        {
            await controller.Service<ChangeNotifier>().RaiseAsync(s, agent.Uuid, ChangeFlags.Reboot);
            throw new InvalidOperationException();
        }));
        await Assert.That(await RowsAsync(controller, agent)).IsEmpty();
        await Assert.That((await agent.PollAsync(prefer: "wait=0"))["reboot"]!.GetValue<bool>()).IsFalse();
    }

    [Test]
    public async Task Replacing_an_application_is_one_row_per_fog()
    {
        await using var controller = await TestController.StartAsync();
        var (a, b) = (await TestAgent.CreateAsync(controller), await TestAgent.CreateAsync(controller));
        await controller.DoAsync("POST", ApplicationFixture.Route, ApplicationFixture.Body("app", a.Uuid, "one", "two", "three"), System.Net.HttpStatusCode.Created);
        await Assert.That((await RowsAsync(controller, a)).Count).IsEqualTo(1);
        await a.PollAsync();
        var put = ApplicationFixture.Body("app", b.Uuid, "two", "three", "four");
        await controller.DoAsync("PUT", ApplicationFixture.Route + "/app", put, System.Net.HttpStatusCode.NoContent);
        await Assert.That(await RowsAsync(controller, a)).IsEquivalentTo([ChangeFlags.Microservices]);
        await Assert.That(await RowsAsync(controller, b)).IsEquivalentTo([ChangeFlags.Microservices]);
    }

    private static async Task<List<ChangeFlags>> RowsAsync(TestController controller, TestAgent agent) =>
        (await controller.Database.ReadAsync(s => ChangeStore.ListAsync(s, agent.Uuid))).ConvertAll(r => r.Flags);
}
