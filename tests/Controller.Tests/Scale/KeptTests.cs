using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;
using Microsoft.Extensions.Time.Testing;

namespace Controller.Tests.Scale;

/// <summary>What is made once, made again, made of what was there, and dropped.</summary>
public sealed class KeptTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _made = [];

    [Test]
    public async Task It_is_made_once_and_renewed_by_what_a_commit_names()
    {
        await using var world = await World.StartAsync(1);
        var kept = Keep(world.Controller.Database);
        await kept.GetAsync(default);
        await kept.GetAsync(default);
        await ChangeAsync(world, "a", "b");
        await ChangeAsync(world, "c");
        await ChangeAsync(world);
        await kept.GetAsync(default);
        await kept.GetAsync(default);
        await world.TouchAsync();
        await ChangeAsync(world, "d");
        await kept.GetAsync(default);
        await Assert.That(_made).IsEquivalentTo(["all", "a b c", "all"]);
    }

    [Test]
    public async Task It_is_dropped_when_nobody_asks()
    {
        await using var world = await World.StartAsync(1);
        var kept = Keep(world.Controller.Database);
        for (var i = 0; i < 3; i++)
        {
            await kept.GetAsync(default);
            _time.Advance(Kept<object>.IdleTime / 2);
        }

        await Assert.That(_made.Count).IsEqualTo(1);
        var value = Made(kept);
        for (var i = 0; value.TryGetTarget(out _); i++)
        {
            // What drops it runs on another thread, and the memory is only then free to collect.
            await Assert.That(i).IsLessThan(1000);
            _time.Advance(Kept<object>.IdleTime);
            await Task.Delay(5);
            GC.Collect();
        }

        await kept.GetAsync(default);
        await Assert.That(_made.Count).IsEqualTo(2);
    }

    /// <summary>In a method of its own, so that nothing on the stack holds it.</summary>
    private static WeakReference<object> Made(Kept<object> kept) => new(kept.GetAsync(default).Result);

    private Kept<object> Keep(Database database) => new(
        database,
        _time,
        _ =>
        {
            _made.Add("all");
            return Task.FromResult(new object());
        },
        (_, _, changed) =>
        {
            _made.Add(string.Join(' ', changed.Order()));
            return Task.FromResult(new object());
        });

    private static Task ChangeAsync(World world, params string[] names) => world.Controller.Database.WriteAsync(s =>
    {
        s.Changes(names);
        s.NothingElseChanges();
        return StateStore.SetAsync(s, "test", Guid.NewGuid().ToString(), DateTimeOffset.UtcNow);
    });
}
