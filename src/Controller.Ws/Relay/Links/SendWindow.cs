using Controller.Ws.Frames;

namespace Controller.Ws.Relay.Links;

/// <summary>A numbered piece of the stream to the other end.</summary>
/// <param name="frame">The piece, which the segment owns.</param>
/// <param name="kind">Frame, part or close.</param>
/// <param name="isContinuation">Parts of the same frame come before it.</param>
internal sealed class Segment(Frame frame, EnvelopeKind kind, bool isContinuation)
{
    private bool _isInFlight;
    private bool _isReleased;

    public Frame Frame { get; } = frame;

    public EnvelopeKind Kind { get; } = kind;

    public bool IsContinuation { get; } = isContinuation;

    /// <summary>A transport begins to read the buffer.</summary>
    public void Depart() => _isInFlight = true;

    /// <summary>The transport is done with the buffer.</summary>
    public void Arrive()
    {
        _isInFlight = false;
        if (_isReleased)
        {
            Frame.Return();
        }
    }

    /// <summary>Nobody will send it again. The buffer goes back at once, or when the transport is done with it.</summary>
    public void Release()
    {
        if (_isReleased)
        {
            return;
        }

        _isReleased = true;
        if (!_isInFlight)
        {
            Frame.Return();
        }
    }
}

/// <summary>
/// What was sent and is not taken yet, in order. A piece is kept until the other end has received it; the room it takes
/// in the window is free again when the other end's socket has taken it. Not for several threads at once.
/// </summary>
/// <param name="mostBytes">Bytes in the window above which the sender waits; one frame always fits an empty window.</param>
/// <param name="mostSegments">Pieces above which the sender waits.</param>
internal sealed class SendWindow(int mostBytes, int mostSegments)
{
    /// <summary>Longest piece; larger frames are split, since brokers limit messages (NATS: 1 MiB).</summary>
    public const int LargestPart = 128 * 1024;

    private readonly Queue<int> _untaken = new();
    private readonly List<Segment> _unreceived = [];
    private int _bytes;
    private long _last;
    private long _received;
    private long _taken;
    private long _next = 1;

    /// <summary>Number of the newest piece.</summary>
    public long Last => _last;

    /// <summary>All up to this number were taken.</summary>
    public long Taken => _taken;

    /// <summary>Pieces have not arrived yet, as far as is known.</summary>
    public bool HasUnreceived => _received < _last;

    /// <summary>Pieces are not taken yet, as far as is known.</summary>
    public bool HasUntaken => _taken < _last;

    /// <summary><see cref="Next"/> has something to send.</summary>
    public bool IsNextDue => _next <= _last;

    /// <summary>Bytes in the window.</summary>
    public int Bytes => _bytes;

    /// <summary>Whether a frame fits.</summary>
    public bool HasRoom(int length) => !HasUntaken || (_bytes + length <= mostBytes && _untaken.Count < mostSegments);

    /// <summary>Adds a frame, which the window now owns.</summary>
    public void Add(Frame frame, EnvelopeKind kind)
    {
        if (frame.Length <= LargestPart)
        {
            Append(new Segment(frame, kind, isContinuation: false));
            return;
        }

        for (var start = 0; start < frame.Length; start += LargestPart)
        {
            var length = Math.Min(LargestPart, frame.Length - start);
            var isLast = start + length == frame.Length;
            Append(new Segment(frame.CopyPart(start, length), isLast ? kind : EnvelopeKind.Part, start > 0));
        }

        frame.Return();
    }

    /// <summary>The next piece to be sent, or sent again.</summary>
    public Segment? Next(out long sequence)
    {
        sequence = _next;
        return _next > _last ? null : _unreceived[(int)(_next++ - _received - 1)];
    }

    /// <summary>Everything that has not arrived is sent again.</summary>
    public void Resend() => _next = _received + 1;

    /// <summary>The other end said how far it is; news older than what is known says nothing.</summary>
    /// <returns>Whether it is further than was known.</returns>
    public bool Acknowledge(long received, long taken)
    {
        if (received > _last || taken > received)
        {
            return false;
        }

        var isProgress = received > _received || taken > _taken;
        if (received > _received)
        {
            Forget((int)(received - _received));
            _received = received;
            _next = Math.Max(_next, received + 1);
        }

        for (; _taken < taken; _taken++)
        {
            _bytes -= _untaken.Dequeue();
        }

        return isProgress;
    }

    /// <summary>Another end has taken the place of the first: what the first did not receive is for it, numbered anew.</summary>
    public void Restart()
    {
        // Its beginning is with the other end that is gone, so a frame's rest is of no use.
        var rest = 0;
        while (rest < _unreceived.Count && _unreceived[rest].IsContinuation)
        {
            rest++;
        }

        Forget(rest);
        _untaken.Clear();
        _bytes = 0;
        foreach (var segment in _unreceived)
        {
            _untaken.Enqueue(segment.Frame.Length);
            _bytes += segment.Frame.Length;
        }

        (_last, _received, _taken, _next) = (_unreceived.Count, 0, 0, 1);
    }

    /// <summary>Gives all buffers back.</summary>
    public void Clear()
    {
        Forget(_unreceived.Count);
        _untaken.Clear();
        _bytes = 0;
        (_received, _taken, _next) = (_last, _last, _last + 1);
    }

    private void Append(Segment segment)
    {
        _unreceived.Add(segment);
        _untaken.Enqueue(segment.Frame.Length);
        _bytes += segment.Frame.Length;
        _last++;
    }

    private void Forget(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _unreceived[i].Release();
        }

        _unreceived.RemoveRange(0, count);
    }
}
