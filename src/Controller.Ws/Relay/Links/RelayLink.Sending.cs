using System.Buffers;
using Controller.Ws.Frames;

namespace Controller.Ws.Relay.Links;

/// <content>What is published, and in which order.</content>
internal sealed partial class RelayLink
{
    /// <summary>Starts the sending loop, unless it runs.</summary>
    private void Send()
    {
        lock (_gate)
        {
            if (_isSending || Due() is null)
            {
                return;
            }

            _isSending = true;
        }

        _ = SendLoopAsync();
    }

    /// <summary>What to publish next; null = nothing, now.</summary>
    private EnvelopeKind? Due()
    {
        if (_isBlocked)
        {
            return null;
        }

        if (_closeAckDue && _closeFrame is not null)
        {
            return EnvelopeKind.CloseAck;
        }

        if (_byeDue)
        {
            return EnvelopeKind.Bye;
        }

        if (_pollDue)
        {
            return EnvelopeKind.Poll;
        }

        if (_peers.Current == 0)
        {
            return null;
        }

        if (_gapDue)
        {
            return EnvelopeKind.Gap;
        }

        if (_sent.IsNextDue)
        {
            return EnvelopeKind.Frame;
        }

        return _ackDue ? EnvelopeKind.Ack : null;
    }

    private async Task SendLoopAsync()
    {
        while (Next(out var envelope, out var segment, out var payload))
        {
            var isSent = false;
            try
            {
                await _options.Transport.PublishAsync(_remote, envelope, payload).ConfigureAwait(false);
                isSent = true;
            }
            catch (RelayException)
            {
                if (segment is not null)
                {
                    _options.Metrics.PublishFailed(Session, _remote.Side);
                }
            }
            catch (Exception e)
            {
                Failed(_options.Log, e, Session.Id);
            }

            lock (_gate)
            {
                segment?.Arrive();
                if (!isSent)
                {
                    // Until the next tick, or until the broker is back.
                    _isBlocked = true;
                    _sent.Resend();
                }
            }
        }
    }

    /// <summary>The next message; false ends the loop.</summary>
    private bool Next(out Envelope envelope, out Segment? segment, out ReadOnlyMemory<byte> payload)
    {
        segment = null;
        payload = default;
        envelope = default;
        bool isRemoved;
        lock (_gate)
        {
            if (Due() is { } kind)
            {
                envelope = Compose(kind, out segment, out payload);
                return true;
            }

            _isSending = false;
            isRemoved = _isOver && RemoveIfDone();
        }

        if (isRemoved)
        {
            _removed(this);
        }

        return false;
    }

    private Envelope Compose(EnvelopeKind kind, out Segment? segment, out ReadOnlyMemory<byte> payload)
    {
        segment = null;
        payload = default;
        var peer = _peers.Current;
        switch (kind)
        {
            case EnvelopeKind.CloseAck:
                _closeAckDue = false;
                payload = _closeFrame!.Value.Memory;
                return Enclose(kind, MessageType.Close, peer, 0);
            case EnvelopeKind.Bye:
                _byeDue = false;
                return Enclose(kind, default, peer, 0);
            case EnvelopeKind.Poll:
                _pollDue = false;
                var to = _candidate != 0 ? _candidate : _peers.Addressee;
                _candidate = 0;
                return Enclose(kind, default, to, 0);
            case EnvelopeKind.Frame:
                segment = _sent.Next(out var sequence)!;
                segment.Depart();
                payload = segment.Frame.Memory;
                return Enclose(segment.Kind, segment.Frame.Type, peer, sequence);
            default:
                return Enclose(kind, default, peer, 0);
        }
    }

    /// <summary>Every message to the other end says what has arrived.</summary>
    private Envelope Enclose(EnvelopeKind kind, MessageType type, ulong to, long sequence)
    {
        _sinceSent = 0;
        if (to != _peers.Current || to == 0)
        {
            return new(kind, type, Id, to, sequence, 0, 0);
        }

        _ackDue = _gapDue = false;
        (_takenBytes, _takenPieces) = (0, 0);
        _reportedReceived = _received.Received;
        return new(kind, type, Id, to, sequence, _received.Received, _received.Taken);
    }
}
