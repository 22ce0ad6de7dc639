using System.Buffers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Controller.Ws.Frames;
using Controller.Ws.Sessions;
using Microsoft.Extensions.Logging;

namespace Controller.Ws.Relay.Links;

/// <summary>
/// One end of a session across replicas: a go-back-N stream in each direction over a transport that may lose, repeat and
/// reorder messages. Pieces are numbered; the other end says up to which number it has them (what is missing is sent
/// again) and up to which its socket took them (that frees the window, so a slow socket slows the producer).
/// </summary>
/// <remarks>
/// One lock guards the state. Nothing is published and no receiver is called under it: one loop at a time sends
/// (<see cref="SendLoopAsync"/>), one at a time delivers (<see cref="DeliverLoopAsync"/>), and both end when there is
/// nothing to do. There is no timer of its own, see <see cref="Tick"/>.
/// </remarks>
internal sealed partial class RelayLink : IRelayLink, IThreadPoolWorkItem
{
    private const int TicksPerSecond = 4;

    /// <summary>First wait for news of what was sent; doubled up to <see cref="LongestWait"/> while there are none.</summary>
    private const int FirstWait = 1 * TicksPerSecond;

    private const int LongestWait = 4 * TicksPerSecond;

    /// <summary>A link that has said nothing for so long says that it lives.</summary>
    private const int KeepAlive = 15 * TicksPerSecond;

    /// <summary>An end that was silent for so long is gone. Only time in which the broker was connected counts.</summary>
    private const int Silence = 45 * TicksPerSecond;

    /// <summary>How long after the last close that came a closed link confirms it again; several of <see cref="LongestWait"/>.</summary>
    private const int Linger = 15 * TicksPerSecond;

    /// <summary>Pieces and bytes after which what was taken is reported, though more waits.</summary>
    private const int ReportPieces = 32, ReportBytes = 128 * 1024;

    private readonly Lock _gate = new();
    private readonly LinkOptions _options;
    private readonly IRelayReceiver _receiver;
    private readonly Action<RelayLink> _removed;
    private readonly SessionSide _local;
    private readonly RelayAddress _remote;
    private readonly SendWindow _sent;
    private readonly ReceiveWindow _received;
    private readonly Peers _peers;

    private TaskCompletionSource? _room;
    private TaskCompletionSource? _closed;
    private long _closeSequence;
    private Frame? _closeFrame;
    private ulong _candidate;
    private long _reportedReceived;
    private long _gapAfter = -1;
    private int _takenBytes;
    private int _takenPieces;
    private bool _isSending;
    private bool _isDelivering;
    private bool _isBlocked;
    private bool _isOver;
    private bool _isRemoved;
    private bool _isLost;
    private bool _isReplaced;
    private bool _isCloseTaken;
    private bool _wasMet;
    private bool _pollDue;
    private bool _ackDue;
    private bool _gapDue;
    private bool _closeAckDue;
    private bool _byeDue;
    private int _sinceHeard;
    private int _sinceSent;
    private int _sinceNews;
    private int _wait = FirstWait;
    private int _lingering;

    /// <param name="session">The session.</param>
    /// <param name="local">Which side's socket is on this replica.</param>
    /// <param name="receiver">Told of what the other end sends.</param>
    /// <param name="options">What all links share.</param>
    /// <param name="removed">Called once, when nothing that comes is of use any more.</param>
    public RelayLink(SessionInfo session, SessionSide local, IRelayReceiver receiver, LinkOptions options, Action<RelayLink> removed)
    {
        Session = session;
        Address = RelayAddress.Of(session, local);
        _remote = Address.Opposite;
        _local = local;
        _receiver = receiver;
        _options = options;
        _removed = removed;
        _sent = options.NewWindow(session.IsLog);
        _received = new(options.Pool);
        Span<byte> random = stackalloc byte[sizeof(ulong)];
        do
        {
            RandomNumberGenerator.Fill(random);
            Id = BitConverter.ToUInt64(random);
        }
        while (Id == 0);

        _peers = new(Id);
    }

    /// <summary>A random name among all links.</summary>
    public ulong Id { get; }

    public SessionInfo Session { get; }

    /// <summary>Where this end is reached.</summary>
    public RelayAddress Address { get; }

    /// <summary>Bytes that this link holds in buffers.</summary>
    public int Bytes
    {
        get
        {
            lock (_gate)
            {
                return _sent.Bytes + _received.Bytes;
            }
        }
    }

    /// <summary>Whether a frame could be sent now without waiting.</summary>
    public bool HasRoom(int length)
    {
        lock (_gate)
        {
            return _sent.HasRoom(length);
        }
    }

    /// <summary>Whether a loop is publishing; for an orderly end of the process.</summary>
    public bool IsSending
    {
        get
        {
            lock (_gate)
            {
                return _isSending;
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask SendAsync(Frame frame, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (!_isOver && !cancel.IsCancellationRequested && _sent.HasRoom(frame.Length))
            {
                _sent.Add(frame, EnvelopeKind.Frame);
            }
            else
            {
                return SendLaterAsync(frame, cancel);
            }
        }

        Send();
        return default;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> CloseAsync(string text, TimeSpan patience)
    {
        var frame = new SessionFrames(Session, _options.Pool, _options.Time).Close(text);
        Task closed;
        lock (_gate)
        {
            if (_isOver || _closed is not null)
            {
                frame.Return();
                return false;
            }

            _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            closed = _closed.Task;
            _sent.Add(frame, EnvelopeKind.Close);
            _closeSequence = _sent.Last;
        }

        Send();
        try
        {
            await closed.WaitAsync(patience, _options.Time).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>
    /// Ends the link at once: what is not sent is dropped, and unless the session was closed the other end hears that
    /// this one is gone. A link that was closed by the other end lingers, to confirm it again.
    /// </summary>
    public ValueTask DisposeAsync()
    {
        var isRemoved = false;
        lock (_gate)
        {
            if (_isOver)
            {
                return default;
            }

            _isOver = true;
            _byeDue = _peers.Current != 0 && _closed is null && !_isCloseTaken && !_isBlocked;
            _pollDue = _ackDue = _gapDue = false;
            _sent.Clear();
            _received.Clear();
            _room?.TrySetResult();
            _closed?.TrySetCanceled();
            _lingering = _closeFrame is null ? 0 : Linger;
            isRemoved = !_byeDue && !_isSending && RemoveIfDone();
        }

        if (isRemoved)
        {
            _removed(this);
        }

        Send();
        return default;
    }

    /// <summary>The link's address is subscribed to, perhaps again: both ends tell each other where they are.</summary>
    public void Subscribed()
    {
        lock (_gate)
        {
            _isBlocked = false;
            _pollDue = !_isOver;
            _wait = FirstWait;
            _sinceNews = 0;
            _sent.Resend();
        }

        Send();
    }

    /// <summary>A message for this link, or for whoever is there.</summary>
    public void Receive(in Envelope envelope, in ReadOnlySequence<byte> payload)
    {
        lock (_gate)
        {
            if (_isOver)
            {
                ConfirmAgain(envelope);
            }
            else if (Admit(envelope))
            {
                Heed(envelope);
                Take(envelope, payload);
            }
        }

        Deliver();
        Send();
    }

    /// <summary>A message of this address for another link.</summary>
    public void Overhear(in Envelope envelope)
    {
        lock (_gate)
        {
            // A poll may be for a link that never becomes anything.
            if (_isOver || envelope.From != _peers.Current || envelope.Kind == EnvelopeKind.Poll)
            {
                return;
            }

            // The other end has gone over to a later link.
            _isReplaced = true;
            _peers.Forget();
            Lose();
        }

        Deliver();
    }

    /// <summary>Called every <see cref="LinkOptions.TickPeriod"/>: what was lost is sent again, silence is noticed.</summary>
    public void Tick()
    {
        var isRemoved = false;
        lock (_gate)
        {
            // An outage of the broker is nobody's silence.
            var isConnected = _options.Transport.IsConnected(Session.Id);
            _isBlocked &= !isConnected;
            if (_isOver)
            {
                _lingering -= isConnected && _lingering > 0 ? 1 : 0;
                isRemoved = !_isSending && !_byeDue && RemoveIfDone();
            }
            else if (isConnected)
            {
                CountSilence();
                CountWait();
            }
        }

        if (isRemoved)
        {
            _removed(this);
        }

        Deliver();
        Send();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendLaterAsync(Frame frame, CancellationToken cancel)
    {
        while (true)
        {
            Task room;
            lock (_gate)
            {
                if (_isOver || cancel.IsCancellationRequested)
                {
                    frame.Return();
                    throw new OperationCanceledException("The link is over", cancel);
                }

                if (_sent.HasRoom(frame.Length))
                {
                    _sent.Add(frame, EnvelopeKind.Frame);
                    break;
                }

                _room ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
                room = _room.Task;
            }

            // A cancelled wait is seen at the top, where the frame is given back.
            await room.WaitAsync(cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Send();
    }

    /// <summary>Whether a message is of the other end and for this one.</summary>
    private bool Admit(in Envelope envelope)
    {
        switch (_peers.Heard(envelope))
        {
            case Standing.Past:
                return false;
            case Standing.Candidate:
                _candidate = envelope.From;
                _pollDue = true;
                return false;
            case Standing.First or Standing.Successor:
                _sent.Restart();
                _received.Restart();
                (_reportedReceived, _takenBytes, _takenPieces) = (0, 0, 0);
                _closeSequence = _closed is null ? 0 : _sent.Last;
                _wasMet = true;
                _isLost = false;
                _wait = FirstWait;
                _ackDue = true;
                break;
        }

        _sinceHeard = 0;
        return envelope.To == Id || envelope.Kind == EnvelopeKind.Poll;
    }

    /// <summary>What the other end says of the stream to it.</summary>
    private void Heed(in Envelope envelope)
    {
        if (envelope.To == Id && _sent.Acknowledge(envelope.Received, envelope.Taken))
        {
            _sinceNews = 0;
            _wait = FirstWait;
            _room?.TrySetResult();
            _room = null;
            if (_closed is not null && _sent.Taken >= _closeSequence)
            {
                _closed.TrySetResult();
            }
        }

        if (envelope.Kind == EnvelopeKind.Gap)
        {
            _sent.Resend();
        }
    }

    /// <summary>What the other end sends.</summary>
    private void Take(in Envelope envelope, in ReadOnlySequence<byte> payload)
    {
        switch (envelope.Kind)
        {
            case EnvelopeKind.Poll:
                _ackDue = true;
                break;
            case EnvelopeKind.Bye:
                _peers.Forget();
                Lose();
                break;
            case EnvelopeKind.Frame or EnvelopeKind.Part or EnvelopeKind.Close:
                var verdict = _received.Accept(envelope, payload);
                _ackDue |= verdict == Verdict.Duplicate;
                _closeAckDue |= verdict == Verdict.Duplicate && envelope.Kind == EnvelopeKind.Close && _closeFrame is not null;
                if (verdict == Verdict.Gap && _gapAfter != _received.Received)
                {
                    // Once: what is on its way behind the missing piece would ask again and again.
                    _gapAfter = _received.Received;
                    _gapDue = true;
                }

                break;
        }
    }

    /// <summary>
    /// A close that comes again, or a question after one that has arrived, was not heard to have been confirmed.
    /// </summary>
    private void ConfirmAgain(in Envelope envelope)
    {
        if (envelope.Kind is EnvelopeKind.Close or EnvelopeKind.Poll && _closeFrame is not null && envelope.To == Id)
        {
            _closeAckDue = true;
            _lingering = Linger;
        }
    }

    private void Lose()
    {
        if (!_isLost)
        {
            _isLost = true;
            _received.Bye();
        }
    }

    private void CountSilence()
    {
        // The user's end waits for an agent as long as the session does; the agent's end knows that a user was there.
        if ((_wasMet || _local == SessionSide.Agent) && ++_sinceHeard >= Silence)
        {
            _peers.Forget();
            Lose();
        }

        _ackDue |= _received.Received > _reportedReceived;
        _ackDue |= ++_sinceSent >= KeepAlive;
        _gapAfter = -1;
    }

    private void CountWait()
    {
        var isWaiting = _peers.Current == 0 || _sent.HasUntaken;
        if (!isWaiting || ++_sinceNews < _wait)
        {
            _sinceNews = isWaiting ? _sinceNews : 0;
            return;
        }

        _sinceNews = 0;
        _wait = Math.Min(2 * _wait, _peers.Current == 0 ? KeepAlive : LongestWait);
        if (_peers.Current != 0 && _sent.HasUnreceived)
        {
            _sent.Resend();
        }
        else
        {
            _pollDue = true;
        }
    }

    /// <summary>Whether the link is done for good. Called under the lock, by whoever then calls <see cref="_removed"/>.</summary>
    private bool RemoveIfDone()
    {
        if (_isRemoved || _lingering > 0 || (_isCloseTaken && _closeFrame is null))
        {
            return false;
        }

        _isRemoved = true;
        _closeFrame?.Return();
        _closeFrame = null;
        return true;
    }
}
