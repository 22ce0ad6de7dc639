using System.Buffers;
using Controller.Ws.Frames;

namespace Controller.Ws.Relay.Links;

/// <summary>Something for the receiver.</summary>
/// <param name="Kind">Frame, close or bye.</param>
/// <param name="Frame">The whole frame, which whoever takes it owns.</param>
/// <param name="Sequence">Number of its last piece.</param>
/// <param name="Stream">Which stream that number is of.</param>
internal readonly record struct Arrival(EnvelopeKind Kind, Frame Frame, long Sequence, int Stream);

/// <summary>What became of a piece.</summary>
internal enum Verdict
{
    /// <summary>It is the next one.</summary>
    Accepted,

    /// <summary>It had come before.</summary>
    Duplicate,

    /// <summary>Others are missing before it; it was dropped.</summary>
    Gap,
}

/// <summary>
/// The stream from the other end: only the next piece is accepted, parts are joined, whole frames wait to be taken. Not
/// for several threads at once.
/// </summary>
/// <param name="pool">Where buffers come from.</param>
internal sealed class ReceiveWindow(ArrayPool<byte> pool)
{
    /// <summary>
    /// Waiting bytes above which pieces are dropped. The other end's window is far smaller: this only guards the memory
    /// of this replica against one that does not keep to it.
    /// </summary>
    private const int MostBytes = 8 * 1024 * 1024;

    private readonly Queue<Arrival> _waiting = new();
    private byte[]? _joined;
    private int _joinedLength;
    private int _bytes;
    private int _stream;

    /// <summary>All up to this number have arrived.</summary>
    public long Received { get; private set; }

    /// <summary>All up to this number were taken.</summary>
    public long Taken { get; private set; }

    /// <summary>Something waits to be taken.</summary>
    public bool HasWaiting => _waiting.Count > 0;

    /// <summary>Bytes that wait to be taken.</summary>
    public int Bytes => _bytes + _joinedLength;

    /// <summary>A piece has come.</summary>
    public Verdict Accept(in Envelope envelope, in ReadOnlySequence<byte> payload)
    {
        if (envelope.Sequence <= Received)
        {
            return Verdict.Duplicate;
        }

        var length = (int)payload.Length;
        if (envelope.Sequence > Received + 1 || Bytes + length > MostBytes)
        {
            return Verdict.Gap;
        }

        Received++;
        if (envelope.Kind == EnvelopeKind.Part || _joined is not null)
        {
            Join(payload, length);
            if (envelope.Kind != EnvelopeKind.Part)
            {
                Enqueue(envelope, _joined!, _joinedLength);
                (_joined, _joinedLength) = (null, 0);
            }

            return Verdict.Accepted;
        }

        var buffer = pool.Rent(length);
        payload.CopyTo(buffer);
        Enqueue(envelope, buffer, length);
        return Verdict.Accepted;
    }

    /// <summary>The other end is gone: after all that has come.</summary>
    public void Bye() => _waiting.Enqueue(new(EnvelopeKind.Bye, default, 0, _stream));

    /// <summary>The next thing for the receiver.</summary>
    public bool TryTake(out Arrival arrival)
    {
        if (!_waiting.TryDequeue(out arrival))
        {
            return false;
        }

        _bytes -= arrival.Frame.Length;
        return true;
    }

    /// <summary>The receiver has taken what <see cref="TryTake"/> gave.</summary>
    public void Took(in Arrival arrival) => Taken = arrival.Stream == _stream ? Math.Max(Taken, arrival.Sequence) : Taken;

    /// <summary>Another end begins a stream of its own. Whole frames of the first still wait.</summary>
    public void Restart()
    {
        DropJoined();
        (Received, Taken) = (0, 0);
        _stream++;
    }

    /// <summary>Gives all buffers back.</summary>
    public void Clear()
    {
        DropJoined();
        while (TryTake(out var arrival))
        {
            arrival.Frame.Return();
        }
    }

    private void Enqueue(in Envelope envelope, byte[] buffer, int length)
    {
        _waiting.Enqueue(new(envelope.Kind, Frame.Own(pool, buffer, 0, length, envelope.Type), envelope.Sequence, _stream));
        _bytes += length;
    }

    private void Join(in ReadOnlySequence<byte> payload, int length)
    {
        _joined ??= pool.Rent(4 * SendWindow.LargestPart);
        if (_joinedLength + length > _joined.Length)
        {
            var larger = pool.Rent(Math.Max(2 * _joined.Length, _joinedLength + length));
            _joined.AsSpan(0, _joinedLength).CopyTo(larger);
            pool.Return(_joined);
            _joined = larger;
        }

        payload.CopyTo(_joined.AsSpan(_joinedLength));
        _joinedLength += length;
    }

    private void DropJoined()
    {
        if (_joined is not null)
        {
            pool.Return(_joined);
        }

        (_joined, _joinedLength) = (null, 0);
    }
}
