using System.Text;
using Controller.Ws.Frames;
using Microsoft.Extensions.Logging;

namespace Controller.Ws.Relay.Links;

/// <content>What has arrived, one piece after the other to the receiver.</content>
internal sealed partial class RelayLink
{
    void IThreadPoolWorkItem.Execute() => _ = DeliverLoopAsync();

    /// <summary>Starts the delivering loop on a thread of its own, unless it runs: the broker's reader must not wait.</summary>
    private void Deliver()
    {
        lock (_gate)
        {
            if (_isDelivering || !_received.HasWaiting)
            {
                return;
            }

            _isDelivering = true;
        }

        _options.Schedule(this);
    }

    private async Task DeliverLoopAsync()
    {
        while (true)
        {
            Arrival arrival;
            lock (_gate)
            {
                if (!_received.TryTake(out arrival))
                {
                    _isDelivering = false;
                    return;
                }

                _isCloseTaken |= arrival.Kind == EnvelopeKind.Close;
            }

            var bytes = arrival.Frame.Length;
            try
            {
                await DeliverAsync(arrival).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                Failed(_options.Log, e, Session.Id);
            }

            lock (_gate)
            {
                Took(arrival, bytes);
            }

            Send();
        }
    }

    private ValueTask DeliverAsync(Arrival arrival)
    {
        switch (arrival.Kind)
        {
            case EnvelopeKind.Bye when _isReplaced:
                _receiver.Replaced();
                return default;
            case EnvelopeKind.Bye:
                _receiver.Lost();
                return default;
            case EnvelopeKind.Close:
                return _receiver.ClosedAsync(ReadText(arrival.Frame));
            default:
                return _receiver.FrameAsync(arrival.Frame);
        }
    }

    private void Took(in Arrival arrival, int bytes)
    {
        _received.Took(arrival);
        _takenBytes += bytes;
        _takenPieces++;
        if (arrival.Kind == EnvelopeKind.Close)
        {
            _closeFrame?.Return();
            _closeFrame = arrival.Frame;
            _closeAckDue = true;
            _lingering = _isOver ? Linger : 0;
        }
        else if (!_isOver)
        {
            _ackDue |= !_received.HasWaiting || _takenBytes >= ReportBytes || _takenPieces >= ReportPieces;
        }
    }

    private static string ReadText(Frame frame) => FrameMap.TryRead(frame.Memory, out var map)
        ? Encoding.UTF8.GetString(frame.Span.Slice(map.Data.Start, map.Data.Length))
        : Texts.SessionClosed;

    [LoggerMessage(Level = LogLevel.Error, Message = "[RELAY] Session {session} failed")]
    private static partial void Failed(ILogger log, Exception e, string session);
}
