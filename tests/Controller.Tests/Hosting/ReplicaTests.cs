using Controller.Cluster;
using Controller.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Controller.Tests.Hosting;

/// <summary>This process's row among the replicas (runtime 2.2), its heartbeat and the sweep (2.5).</summary>
public sealed class ReplicaTests
{
    [Test]
    public async Task A_restart_on_the_same_host_keeps_the_uuid()
    {
        var directory = Directory.CreateTempSubdirectory("controller-test-");
        try
        {
            string first;
            await using (var controller = await TestController.StartAsync(new() { ["CONTROLLER_HOST"] = "box-1" }, directory.FullName))
            {
                first = controller.Service<Replica>().Id;
                await Assert.That(await RowsAsync(controller)).IsEquivalentTo([(first, "box-1", true)]);
                await Assert.That(await controller.Database.ReadAsync(s =>
                    s.QueryOneAsync("SELECT \"version\" FROM \"RbacCacheVersion\" WHERE \"id\" = 1", r => r.Int()))).IsEqualTo(1);
            }

            await using (var controller = await TestController.StartAsync(new() { ["CONTROLLER_HOST"] = "box-1" }, directory.FullName))
            {
                await Assert.That(controller.Service<Replica>().Id).IsEqualTo(first);
            }

            await using (var controller = await TestController.StartAsync(new() { ["CONTROLLER_HOST"] = "box-2" }, directory.FullName))
            {
                await Assert.That(controller.Service<Replica>().Id).IsNotEqualTo(first);
                await Assert.That((await RowsAsync(controller)).Count).IsEqualTo(2);
            }

            await using (var controller = await TestController.StartAsync(
                new() { ["CONTROLLER_HOST"] = "box-1", ["CONTROLLER_UUID"] = "fixed-id" }, directory.FullName))
            {
                await Assert.That(controller.Service<Replica>().Id).IsEqualTo("fixed-id");
                await Assert.That((await RowsAsync(controller)).Count).IsEqualTo(3);
            }
        }
        finally
        {
            directory.Delete(true);
        }
    }

    [Test]
    public async Task The_heartbeat_keeps_this_replica_active_and_the_sweep_ends_the_silent()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var controller = await TestController.StartAsync(customize: s => s.AddSingleton<TimeProvider>(time));
        var own = controller.Service<Replica>().Id;
        await controller.Database.WriteAsync(s => s.ExecuteAsync(
            "INSERT INTO \"ClusterControllers\" (\"uuid\", \"host\", \"last_heartbeat\", \"is_active\") VALUES ('old', 'other', @t, @a)",
            new() { { "t", time.GetUtcNow() }, { "a", true } }));
        await controller.Database.WriteAsync(s => s.ExecuteAsync("DELETE FROM \"ClusterControllers\" WHERE \"uuid\" = @u", new() { { "u", own } }));

        for (var i = 0; i < 200; i++)
        {
            time.Advance(TimeSpan.FromSeconds(30));
            await Task.Delay(10);
            var rows = await RowsAsync(controller);
            if (rows.Any(r => r.Uuid == own && r.Active) && rows.Any(r => r.Uuid == "old" && !r.Active))
            {
                return;
            }
        }

        throw new TimeoutException("No heartbeat or no sweep");
    }

    private static Task<List<(string Uuid, string Host, bool Active)>> RowsAsync(TestController controller) => controller.Database.ReadAsync(s =>
        s.QueryAsync("SELECT \"uuid\", \"host\", \"is_active\" FROM \"ClusterControllers\"", r => (r.Text(), r.Text(), r.Bool())));
}
