using Controller.Ws.Frames;
using Controller.Ws.Relay;
using Controller.Ws.Sockets;

namespace Controller.Ws.Sessions;

/// <summary>Where the frames of a lane go.</summary>
internal interface ILaneSink
{
    /// <summary>Sends a frame, which the sink now owns.</summary>
    ValueTask SendAsync(Frame frame);

    /// <summary>Ends the sink, after everything sent before.</summary>
    ValueTask CloseAsync(int code, string text);

    /// <summary>The sink is of no use any more.</summary>
    void Abort();
}

/// <summary>A socket on this replica.</summary>
internal sealed class SocketSink(SessionSocket socket) : ILaneSink
{
    public ValueTask SendAsync(Frame frame) => socket.SendAsync(frame);

    public ValueTask CloseAsync(int code, string text) => socket.SendCloseAsync(code, text);

    public void Abort() => socket.Abort();
}

/// <summary>The other replica.</summary>
/// <param name="link">The way to it.</param>
/// <param name="patience">Longest wait for the confirmation of a close.</param>
/// <param name="closed">Told whether a close was confirmed.</param>
/// <param name="stopped">Cancelled when nothing should be sent any more.</param>
internal sealed class LinkSink(IRelayLink link, TimeSpan patience, Action<bool> closed, CancellationToken stopped) : ILaneSink
{
    public ValueTask SendAsync(Frame frame) => link.SendAsync(frame, stopped);

    public async ValueTask CloseAsync(int code, string text) => closed(await link.CloseAsync(text, patience).ConfigureAwait(false));

    public void Abort() => closed(false);
}

/// <summary>Sends what a lane brings, one frame after the other.</summary>
internal sealed class LanePump(Lane lane, ILaneSink sink)
{
    private (int Code, string Text)? _close;
    private bool _isStopped;

    /// <summary>Ends when the pump has closed its sink, was stopped, or could not send.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Begins to send.</summary>
    /// <param name="first">A frame that goes before everything in the lane.</param>
    public void Start(Frame? first) => Completion = RunAsync(first);

    /// <summary>Closes the sink after what is in the lane now.</summary>
    public void Close(int code, string text)
    {
        _close ??= (code, text);
        Mark();
    }

    /// <summary>Stops after the frame at hand and leaves the rest in the lane.</summary>
    public Task StopAsync()
    {
        Volatile.Write(ref _isStopped, true);
        Mark();
        return Completion;
    }

    /// <summary>Puts a frame without contents into the lane: something is to be done after the frames before it.</summary>
    private void Mark() => lane.Post(default);

    private async Task RunAsync(Frame? first)
    {
        try
        {
            if (first is { } frame)
            {
                await sink.SendAsync(frame).ConfigureAwait(false);
            }

            while (await lane.WaitAsync().ConfigureAwait(false))
            {
                while (lane.TryTake(out frame))
                {
                    var isMark = frame.Buffer is null;
                    if (!isMark)
                    {
                        await SendAsync(frame).ConfigureAwait(false);
                    }
                    else
                    {
                        lane.Sent(0);
                    }

                    if (Volatile.Read(ref _isStopped))
                    {
                        return;
                    }

                    if (isMark && _close is { } close)
                    {
                        await sink.CloseAsync(close.Code, close.Text).ConfigureAwait(false);
                        return;
                    }
                }
            }
        }
        catch (Exception e) when (SessionSocket.IsBroken(e))
        {
            sink.Abort();
        }
    }

    private ValueTask SendAsync(Frame frame)
    {
        var length = frame.Length;
        var sent = sink.SendAsync(frame);
        if (!sent.IsCompletedSuccessfully)
        {
            return CountAfterAsync(sent, length);
        }

        lane.Sent(length);
        return default;
    }

    [System.Runtime.CompilerServices.AsyncMethodBuilder(typeof(System.Runtime.CompilerServices.PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask CountAfterAsync(ValueTask sent, int length)
    {
        try
        {
            await sent.ConfigureAwait(false);
        }
        finally
        {
            lane.Sent(length);
        }
    }
}
