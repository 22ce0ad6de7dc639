using Controller.Agents;
using Controller.Sql.Stores;
using Microsoft.Extensions.Time.Testing;

namespace Controller.Tests.Agents;

/// <summary>The waiting of held polls: no wake is lost, none is one too many, and what waits is used again.</summary>
public sealed class HeldPollTests
{
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(20), Patience = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider _time = new();
    private readonly PendingChanges _changes = new();

    [Test]
    public async Task A_ring_between_arming_and_waiting_is_not_lost()
    {
        var held = _changes.Take(_time);
        _changes.Await(held);
        _changes.Ring();
        await held.WaitAsync(Hold).AsTask().WaitAsync(Patience);
    }

    [Test]
    public async Task It_wakes_when_its_time_is_over_and_not_before()
    {
        var held = _changes.Take(_time);
        _changes.Await(held);
        var wait = held.WaitAsync(Hold).AsTask();
        _time.Advance(Hold - TimeSpan.FromMilliseconds(1));
        await Assert.That(wait.IsCompleted).IsFalse();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await wait.WaitAsync(Patience);
    }

    [Test]
    public async Task A_ring_wakes_all_polls_of_the_node()
    {
        HeldPoll[] polls = [_changes.Take(_time), _changes.Take(_time), _changes.Take(_time)];
        var waits = polls.Select(held =>
        {
            _changes.Await(held);
            return held.WaitAsync(Hold).AsTask();
        }).ToList();
        _changes.Add(new ChangeRow(1, ChangeFlags.Config, "2026-07-10T08:00:00.000Z", false));
        await Task.WhenAll(waits).WaitAsync(Patience);
    }

    [Test]
    [Arguments(0)]
    [Arguments(1)]
    [Arguments(2)]
    public async Task One_that_leaves_takes_nobody_with_it(int leaving)
    {
        HeldPoll[] polls = [_changes.Take(_time), _changes.Take(_time), _changes.Take(_time)];
        var waits = polls.Select(held =>
        {
            _changes.Await(held);
            return held.WaitAsync(Hold).AsTask();
        }).ToList();
        _changes.GiveBack(polls[leaving]);
        _changes.Ring();
        await Task.WhenAll(waits.Where((_, i) => i != leaving)).WaitAsync(Patience);
        await Assert.That(waits[leaving].IsCompleted).IsFalse();
    }

    [Test]
    public async Task It_is_used_again_and_an_old_end_of_time_does_not_wake_it()
    {
        var held = _changes.Take(_time);
        _changes.Await(held);
        var first = held.WaitAsync(Hold).AsTask();
        _changes.Ring();
        await first.WaitAsync(Patience);
        _changes.GiveBack(held);

        await Assert.That(_changes.Take(_time)).IsSameReferenceAs(held);
        _changes.Await(held);
        _time.Advance(Hold);
        var second = held.WaitAsync(Hold).AsTask();
        _time.Advance(Hold - TimeSpan.FromMilliseconds(1));
        await Assert.That(second.IsCompleted).IsFalse();
        _changes.Ring();
        await second.WaitAsync(Patience);
    }

    [Test]
    public async Task One_that_was_answered_at_once_is_used_again()
    {
        var held = _changes.Take(_time);
        _changes.Await(held);
        _changes.GiveBack(held);
        _changes.Ring();
        await Assert.That(_changes.Take(_time)).IsSameReferenceAs(held);
        await Assert.That(_changes.Take(_time)).IsNotSameReferenceAs(held);
    }

    [Test]
    public async Task Wakes_from_everywhere_at_once_are_one()
    {
        for (var round = 0; round < 2000; round++)
        {
            var held = _changes.Take(_time);
            _changes.Await(held);
            var wait = held.WaitAsync(Hold).AsTask();
            await Task.WhenAll(Task.Run(held.Wake), Task.Run(_changes.Ring), Task.Run(() => _time.Advance(Hold)));
            await wait.WaitAsync(Patience);
            _changes.GiveBack(held);
        }
    }

    [Test]
    public async Task A_waker_that_is_not_through_leaves_the_next_wait_alone()
    {
        var held = _changes.Take(_time);
        var done = false;
        var waker = Task.Factory.StartNew(
            () =>
            {
                while (!Volatile.Read(ref done))
                {
                    held.Wake();
                }
            },
            TaskCreationOptions.LongRunning);
        for (var wait = 0; wait < 20_000; wait++)
        {
            held.Arm();
            await held.WaitAsync(Hold);
        }

        Volatile.Write(ref done, true);
        await waker.WaitAsync(Patience);
    }
}
