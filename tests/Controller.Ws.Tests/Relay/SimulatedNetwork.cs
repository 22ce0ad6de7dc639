using System.Buffers;
using Controller.Ws.Relay;

namespace Controller.Ws.Tests.Relay;

/// <summary>
/// A broker in memory that loses, repeats, delays and reorders as its random numbers say, and can be taken down. Nothing
/// moves but by <see cref="DeliverOne"/>.
/// </summary>
internal sealed class SimulatedNetwork(Random random)
{
    private readonly List<(string Queue, Envelope Envelope, byte[] Payload)> _underway = [];
    private readonly List<(string Queue, IRelayInbox Inbox, Transport Of)> _subscriptions = [];

    public double Loss { get; set; }

    public double Repetition { get; set; }

    public double Disorder { get; set; }

    public bool IsUp { get; private set; } = true;

    public int Underway => _underway.Count;

    public void TakeDown()
    {
        IsUp = false;
        _underway.Clear();
    }

    public void BringUp()
    {
        IsUp = true;
        foreach (var (_, inbox, _) in _subscriptions.ToArray())
        {
            inbox.Subscribed();
        }
    }

    public bool DeliverOne()
    {
        if (_underway.Count == 0)
        {
            return false;
        }

        var index = random.NextDouble() < Disorder ? random.Next(_underway.Count) : 0;
        var (queue, envelope, payload) = _underway[index];
        if (random.NextDouble() >= Repetition)
        {
            _underway.RemoveAt(index);
        }

        if (random.NextDouble() < Loss)
        {
            return true;
        }

        foreach (var (name, inbox, of) in _subscriptions.ToArray())
        {
            if (name == queue && !of.IsDead)
            {
                inbox.Receive(envelope, InPieces(payload));
            }
        }

        return true;
    }

    public Transport Connect() => new(this);

    /// <summary>A payload as a socket's reader may hand it over: in two segments.</summary>
    private static ReadOnlySequence<byte> InPieces(byte[] payload)
    {
        if (payload.Length < 2)
        {
            return new(payload);
        }

        var first = new Piece(payload.AsMemory(0, payload.Length / 2), null);
        var last = new Piece(payload.AsMemory(payload.Length / 2), first);
        return new(first, 0, last, last.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, Piece? before)
        {
            Memory = memory;
            if (before is not null)
            {
                RunningIndex = before.RunningIndex + before.Memory.Length;
                before.Next = this;
            }
        }
    }

    internal sealed class Transport(SimulatedNetwork network) : IRelayTransport
    {
        public bool IsDead { get; set; }

        public string Name => "nats";

        public ValueTask<bool> IsAvailableAsync(CancellationToken cancel) => new(network.IsUp);

        public bool IsConnected(string sessionId) => network.IsUp;

        public IAsyncDisposable Subscribe(RelayAddress address, IRelayInbox inbox)
        {
            var subscription = (address.Queue, inbox, this);
            network._subscriptions.Add(subscription);
            if (network.IsUp)
            {
                inbox.Subscribed();
            }

            return new Subscription(() => network._subscriptions.Remove(subscription));
        }

        public ValueTask PublishAsync(RelayAddress address, Envelope envelope, ReadOnlyMemory<byte> payload)
        {
            if (!network.IsUp)
            {
                return ValueTask.FromException(new RelayException("down"));
            }

            // By its text, as over a real broker.
            var text = new byte[Envelope.LargestSize];
            if (!envelope.TryWrite(text, out var written) || !Envelope.TryRead(text.AsSpan(0, written), out var read))
            {
                throw new InvalidOperationException($"Cannot be read: {envelope}");
            }

            if (IsDead)
            {
                return default;
            }

            network._underway.Add((address.Queue, read, payload.ToArray()));
            return default;
        }

        public ValueTask DisposeAsync() => default;
    }

    private sealed class Subscription(Action end) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            end();
            return default;
        }
    }
}
