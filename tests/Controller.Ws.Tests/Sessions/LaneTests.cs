using Controller.Ws.Frames;
using Controller.Ws.Sessions;
using Controller.Ws.Tests.Support;

namespace Controller.Ws.Tests.Sessions;

public sealed class LaneTests
{
    private readonly CountingPool _pool = new();
    private readonly Lane _lane = new();

    [Test]
    public async Task A_producer_waits_for_its_consumer_and_no_frame_is_lost_or_moved()
    {
        const int count = 20_000;
        var most = 0;
        var produce = Task.Run(async () =>
        {
            for (var i = 0; i < count; i++)
            {
                await _lane.WriteAsync(Number(i, 1 + (i * 7919 % 3000)));
                most = Math.Max(most, _lane.Bytes);
            }

            _lane.Complete();
        });
        var next = 0;
        while (await _lane.WaitAsync())
        {
            while (_lane.TryTake(out var frame))
            {
                await Assert.That(BitConverter.ToInt32(frame.Span)).IsEqualTo(next++);
                var length = frame.Length;
                frame.Return();
                if (next % 64 == 0)
                {
                    await Task.Yield();
                }

                _lane.Sent(length);
            }
        }

        await produce;
        await Assert.That(next).IsEqualTo(count);
        await Assert.That(most).IsLessThanOrEqualTo(Lane.MostBytes + 3004);
        await Assert.That(_pool.Out + _pool.WrongReturns).IsEqualTo(0);
        await Assert.That(_lane.Bytes).IsEqualTo(0);
    }

    [Test]
    public async Task Whoever_waits_for_room_is_let_go_when_the_lane_is_over()
    {
        await Fill();
        var waiting = _lane.WriteAsync(Number(1, 100)).AsTask();
        await Assert.That(waiting.IsCompleted).IsFalse();

        _lane.Complete();

        await Assert.That(await waiting).IsFalse();
        _lane.Discard();
        await Assert.That(_pool.Out + _pool.WrongReturns).IsEqualTo(0);
    }

    [Test]
    public async Task The_Controllers_own_frames_find_room_in_a_full_lane_up_to_a_bound()
    {
        await Fill();
        var taken = 0;
        while (_lane.Post(Number(0, 4)))
        {
            taken++;
        }

        await Assert.That(taken).IsGreaterThan(16).And.IsLessThan(128);
        _lane.Discard();
        await Assert.That(_pool.Out + _pool.WrongReturns).IsEqualTo(0);
    }

    [Test]
    public async Task A_log_waits_as_long_as_its_user_reads_and_drops_when_it_is_stuck()
    {
        await Fill();
        _lane.Post(Number(0, 64 * 1024));
        var first = _lane.WriteOrDropAsync(Number(1, 100)).AsTask();
        _lane.ShedWhenStuck();
        await Assert.That(first.IsCompleted).IsFalse();

        // One frame was sent since: the user reads, if slowly.
        _lane.TryTake(out var sent);
        sent.Return();
        _lane.Sent(sent.Length);
        _lane.ShedWhenStuck();
        await Assert.That(first.IsCompleted).IsFalse();

        _lane.ShedWhenStuck();
        await Assert.That(await first).IsFalse();

        // From now on nothing waits until there is room.
        await Assert.That(await _lane.WriteOrDropAsync(Number(2, 100))).IsFalse();
        while (_lane.TryTake(out var frame))
        {
            frame.Return();
            _lane.Sent(frame.Length);
        }

        await Assert.That(await _lane.WriteOrDropAsync(Number(3, 100))).IsTrue();
        _lane.Discard();
        await Assert.That(_pool.Out + _pool.WrongReturns).IsEqualTo(0);
    }

    private async Task Fill()
    {
        while (_lane.Bytes < Lane.MostBytes)
        {
            await _lane.WriteAsync(Number(0, 32 * 1024));
        }
    }

    private Frame Number(int number, int length)
    {
        var bytes = new byte[Math.Max(4, length)];
        BitConverter.TryWriteBytes(bytes, number);
        return Frame.Copy(_pool, bytes, MessageType.Stdout);
    }
}
