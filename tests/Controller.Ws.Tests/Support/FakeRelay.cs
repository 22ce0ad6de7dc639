using System.Collections.Concurrent;
using System.Threading.Channels;
using Controller.Ws.Frames;
using Controller.Ws.Relay;
using Controller.Ws.Sessions;

namespace Controller.Ws.Tests.Support;

/// <summary>A relay between engines of one process: what one end sends the other gets, in order, once it is open.</summary>
internal sealed class FakeRelay : IRelay
{
    private readonly ConcurrentDictionary<(string Session, SessionSide Side), End> _ends = new();

    public string Transport => "fake";

    public bool IsUp { get; set; } = true;

    public int Open() => _ends.Count;

    public ValueTask<bool> IsAvailableAsync(CancellationToken cancel) => new(IsUp);

    public IRelayLink Open(SessionInfo session, SessionSide local, IRelayReceiver receiver)
    {
        var end = new End(this, (session.Id, local), receiver);

        // The end before it may still be closing, at the replica that the agent left.
        _ends[(session.Id, local)] = end;
        return end;
    }

    /// <summary>The replica with this end is gone.</summary>
    public void Lose(string session, SessionSide gone) => _ends[(session, Other(gone))].Receiver.Lost();

    public ValueTask DisposeAsync() => default;

    private static SessionSide Other(SessionSide side) => side == SessionSide.User ? SessionSide.Agent : SessionSide.User;

    private sealed class End : IRelayLink
    {
        private readonly Channel<(Frame Frame, string? Close, TaskCompletionSource Taken)> _out = Channel.CreateBounded<(Frame, string?, TaskCompletionSource)>(4);
        private readonly CancellationTokenSource _closed = new();
        private readonly FakeRelay _relay;
        private readonly (string Session, SessionSide Side) _key;

        public End(FakeRelay relay, (string Session, SessionSide Side) key, IRelayReceiver receiver)
        {
            (_relay, _key, Receiver) = (relay, key, receiver);
            _ = CarryAsync();
        }

        public IRelayReceiver Receiver { get; }

        public async ValueTask SendAsync(Frame frame, CancellationToken cancel)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _closed.Token);
            try
            {
                await _out.Writer.WriteAsync((frame, null, new()), either.Token);
            }
            catch
            {
                frame.Return();
                throw;
            }
        }

        public async ValueTask<bool> CloseAsync(string text, TimeSpan patience)
        {
            var taken = new TaskCompletionSource();
            try
            {
                await _out.Writer.WriteAsync((default, text, taken), _closed.Token);
                await taken.Task.WaitAsync(TimeSpan.FromMilliseconds(500), _closed.Token);
                return true;
            }
            catch (Exception e) when (e is TimeoutException or OperationCanceledException)
            {
                return false;
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _closed.CancelAsync();
            _relay._ends.TryRemove(new(_key, this));
            _out.Writer.TryComplete();
            while (_out.Reader.TryRead(out var left))
            {
                left.Frame.Return();
            }
        }

        private async Task CarryAsync()
        {
            try
            {
                await foreach (var (frame, close, taken) in _out.Reader.ReadAllAsync(_closed.Token))
                {
                    End? other;
                    while (!_relay._ends.TryGetValue((_key.Session, Other(_key.Side)), out other))
                    {
                        if (_closed.IsCancellationRequested)
                        {
                            frame.Return();
                            return;
                        }

                        await Task.Delay(5);
                    }

                    if (close is null)
                    {
                        await other.Receiver.FrameAsync(frame);
                    }
                    else
                    {
                        await other.Receiver.ClosedAsync(close);
                    }

                    taken.TrySetResult();
                }
            }
            catch (OperationCanceledException)
            {
            }
        }
    }
}
