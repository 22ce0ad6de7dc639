using System.Buffers.Binary;
using Controller.Ws.Frames;
using Controller.Ws.Relay;
using Controller.Ws.Relay.Links;
using Controller.Ws.Sessions;
using Controller.Ws.Telemetry;
using Controller.Ws.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Controller.Ws.Tests.Relay;

/// <summary>One side of a session on a replica of its own, all of whose work is done by <see cref="Work"/>.</summary>
internal sealed class SimulatedReplica : IRelayReceiver, IAsyncDisposable
{
    private readonly Queue<IThreadPoolWorkItem> _work = new();
    private readonly SessionMetrics _metrics = new();
    private readonly BrokerRelay _relay;
    private readonly SimulatedNetwork.Transport _transport;
    private TaskCompletionSource? _taking;

    public SimulatedReplica(SimulatedNetwork network, TimeProvider time)
    {
        _transport = network.Connect();
        _relay = new(new(_transport, Pool, _metrics, time, NullLogger.Instance, new NatsRelaySettings()) { Schedule = _work.Enqueue });
    }

    public CountingPool Pool { get; } = new();

    public RelayLink Link { get; private set; } = null!;

    public int Links => _relay.Count;

    public long Bytes => _relay.Bytes;

    /// <summary>Numbers of the frames that have come.</summary>
    public List<int> Numbers { get; } = [];

    public List<string> Closings { get; } = [];

    public int Losses { get; private set; }

    public int Replacements { get; private set; }

    /// <summary>The receiver takes its time: a frame is taken only by <see cref="FinishTaking"/>.</summary>
    public bool IsSlow { get; set; }

    public bool IsTaking => _taking is not null;

    public void Open(SessionInfo session, SessionSide side) => Link = (RelayLink)_relay.Open(session, side, this);

    /// <summary>Sends a frame that says its number and is filled with a pattern of it.</summary>
    public ValueTask SendAsync(int number, int length, CancellationToken cancel = default)
    {
        var buffer = Pool.Rent(length);
        Fill(buffer.AsSpan(0, length), number);
        return Link.SendAsync(Frame.Own(Pool, buffer, 0, length, MessageType.Stdout), cancel);
    }

    /// <summary>Does one piece of work that was scheduled.</summary>
    public bool Work()
    {
        if (!_work.TryDequeue(out var work))
        {
            return false;
        }

        work.Execute();
        return true;
    }

    /// <summary>The process is gone: it neither hears nor says anything any more.</summary>
    public void Die() => _transport.IsDead = true;

    public void FinishTaking()
    {
        var taking = _taking;
        _taking = null;
        taking?.SetResult();
    }

    public ValueTask FrameAsync(Frame frame)
    {
        var number = BinaryPrimitives.ReadInt32BigEndian(frame.Span);
        var expected = new byte[frame.Length];
        Fill(expected, number);
        if (!frame.Span.SequenceEqual(expected))
        {
            throw new InvalidOperationException($"Frame {number} came with other contents");
        }

        Numbers.Add(number);
        frame.Return();
        if (!IsSlow)
        {
            return default;
        }

        _taking = new TaskCompletionSource();
        return new(_taking.Task);
    }

    public ValueTask ClosedAsync(string text)
    {
        Closings.Add(text);
        return default;
    }

    public void Lost() => Losses++;

    public void Replaced() => Replacements++;

    public async ValueTask DisposeAsync()
    {
        await _relay.DisposeAsync();
        _metrics.Dispose();
    }

    private static void Fill(Span<byte> target, int number)
    {
        BinaryPrimitives.WriteInt32BigEndian(target, number);
        for (var i = 4; i < target.Length; i++)
        {
            target[i] = (byte)(number + (i * 31));
        }
    }
}
