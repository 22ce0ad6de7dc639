using System.Buffers;
using System.Buffers.Binary;
using System.Threading.Channels;
using Controller.Ws.Frames;
using Controller.Ws.Relay;
using Controller.Ws.Relay.Brokers;
using Controller.Ws.Relay.Links;
using Controller.Ws.Sessions;
using Controller.Ws.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace Controller.Ws.Tests.Relay;

/// <summary>One side of a session on a replica of its own, connected to a real broker.</summary>
internal sealed class RelayReplica : IRelayReceiver, IAsyncDisposable
{
    private readonly Channel<(int Number, int Length)> _frames = Channel.CreateUnbounded<(int, int)>();
    private readonly SessionMetrics _metrics;

    private RelayReplica(IRelay relay, SessionMetrics metrics)
    {
        Relay = relay;
        _metrics = metrics;
    }

    public IRelay Relay { get; }

    public IRelayLink Link { get; private set; } = null!;

    public TaskCompletionSource<string> Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource LostIt { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SemaphoreSlim? Pace { get; set; }

    public static RelayReplica Create(RelayKind kind, BrokerPlace? place, int poolSize = 2)
    {
        var metrics = new SessionMetrics();
        var settings = new SessionSettings { Amqp = new AmqpRelaySettings { PoolSize = poolSize } };
        return new(
            RelayFactory.Create(kind, new FixedBroker(place), settings, metrics, TimeProvider.System, NullLoggerFactory.Instance), metrics);
    }

    public RelayReplica Open(SessionInfo session, SessionSide side)
    {
        Link = Relay.Open(session, side, this);
        return this;
    }

    public ValueTask SendAsync(int number, int length)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        BinaryPrimitives.WriteInt32BigEndian(buffer, number);
        BinaryPrimitives.WriteInt32BigEndian(buffer.AsSpan(length - 4), number);
        return Link.SendAsync(Frame.Own(ArrayPool<byte>.Shared, buffer, 0, length, MessageType.Stdout), CancellationToken.None);
    }

    /// <summary>Waits for frames and checks that they are the next ones, whole and in order.</summary>
    public async Task ExpectAsync(int first, int count, Func<int, int> length, TimeSpan patience)
    {
        using var cancel = new CancellationTokenSource(patience);
        for (var expected = first; expected < first + count; expected++)
        {
            (int Number, int Length) got;
            try
            {
                got = await _frames.Reader.ReadAsync(cancel.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"Frame {expected} did not come");
            }

            if (got != (expected, length(expected)))
            {
                throw new InvalidOperationException($"Frame {got} came in place of {expected}");
            }
        }
    }

    public bool HasMore => _frames.Reader.TryPeek(out _);

    public async ValueTask FrameAsync(Frame frame)
    {
        var number = BinaryPrimitives.ReadInt32BigEndian(frame.Span);
        var copy = BinaryPrimitives.ReadInt32BigEndian(frame.Span[^4..]);
        _frames.Writer.TryWrite((number == copy ? number : -1, frame.Length));
        frame.Return();
        if (Pace is { } pace)
        {
            await pace.WaitAsync();
        }
    }

    public ValueTask ClosedAsync(string text)
    {
        Closed.TrySetResult(text);
        return default;
    }

    public void Lost() => LostIt.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await Relay.DisposeAsync();
        _metrics.Dispose();
    }

    private sealed class FixedBroker(BrokerPlace? place) : IRelayBroker
    {
        public ValueTask<BrokerPlace?> FindAsync(CancellationToken cancel) => new(place);
    }
}
