using System.Runtime.CompilerServices;
using System.Threading.Channels;
using System.Threading.Tasks.Sources;
using Controller.Ws.Frames;

namespace Controller.Ws.Sessions;

/// <summary>
/// One direction of a session: frames in order from whoever receives them to whoever sends them on. Bounded in bytes
/// and frames; its producer waits while the consumer is behind. One producer of data and one consumer at a time; the
/// Controller's own few frames may be posted from anywhere and need no room.
/// </summary>
internal sealed class Lane : IValueTaskSource
{
    /// <summary>Unsent bytes above which the producer waits (for logs: websocket 8.3).</summary>
    public const int MostBytes = 256 * 1024;

    /// <summary>Unsent frames above which the producer waits.</summary>
    private const int MostFrames = 64;

    /// <summary>Places for frames of the Controller when the lane is full of data.</summary>
    private const int Reserve = 32;

    private readonly Channel<Frame> _frames = Channel.CreateBounded<Frame>(
        new BoundedChannelOptions(MostFrames + Reserve) { SingleReader = true, SingleWriter = false });

    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<bool> _room;
    private bool _isWaiting;
    private bool _isShedding;
    private bool _isComplete;
    private int _bytes;
    private int _count;
    private long _sent;
    private long _sentAtLastCheck;

    /// <summary>Bytes that are not sent yet.</summary>
    public int Bytes => Volatile.Read(ref _bytes);

    private bool IsFull => Volatile.Read(ref _bytes) >= MostBytes || Volatile.Read(ref _count) >= MostFrames;

    /// <summary>Adds a frame of the Controller. One that finds no place or a lane that is over is returned to its pool.</summary>
    public bool Post(Frame frame)
    {
        Interlocked.Add(ref _bytes, frame.Length);
        Interlocked.Increment(ref _count);
        if (_frames.Writer.TryWrite(frame))
        {
            return true;
        }

        Sent(frame.Length);
        frame.Return();
        return false;
    }

    /// <summary>Adds a frame once there is room.</summary>
    /// <returns>False when the lane is over; the frame was returned to its pool.</returns>
    public ValueTask<bool> WriteAsync(Frame frame) => IsFull ? WriteLaterAsync(frame) : new(Post(frame));

    /// <summary>As <see cref="WriteAsync"/>, but after <see cref="ShedWhenStuck"/> a frame that finds no room is dropped.</summary>
    /// <returns>Whether the frame was taken.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> WriteOrDropAsync(Frame frame)
    {
        while (IsFull && !_isComplete)
        {
            if (Volatile.Read(ref _isShedding))
            {
                frame.Return();
                return false;
            }

            await WaitForRoomAsync().ConfigureAwait(false);
        }

        Volatile.Write(ref _isShedding, false);
        return Post(frame);
    }

    /// <summary>
    /// To be called about once a second: a producer that has waited since the last call without one frame being sent is
    /// let go, its frames dropped until there is room again.
    /// </summary>
    public void ShedWhenStuck()
    {
        var sent = Volatile.Read(ref _sent);
        if (Volatile.Read(ref _isWaiting) && sent == _sentAtLastCheck)
        {
            Volatile.Write(ref _isShedding, true);
            Wake();
        }

        // Only a producer that waited for a whole period counts as stuck.
        _sentAtLastCheck = Volatile.Read(ref _isWaiting) ? sent : -1;
    }

    /// <summary>Waits for the next frame.</summary>
    /// <returns>False when the lane is over and empty.</returns>
    public ValueTask<bool> WaitAsync() => _frames.Reader.WaitToReadAsync();

    /// <summary>Takes the next frame; whoever takes it calls <see cref="Sent"/> when it is out.</summary>
    public bool TryTake(out Frame frame) => _frames.Reader.TryRead(out frame);

    /// <summary>A frame that was taken is out, or given up.</summary>
    public void Sent(int bytes)
    {
        Interlocked.Add(ref _bytes, -bytes);
        Interlocked.Decrement(ref _count);
        Interlocked.Increment(ref _sent);
        if (Volatile.Read(ref _isWaiting) && _bytes <= MostBytes / 2 && _count <= MostFrames / 2)
        {
            Wake();
        }
    }

    /// <summary>Takes no more frames; what is in it can still be read.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isComplete = true;
        }

        _frames.Writer.TryComplete();
        Wake();
    }

    /// <summary>Gives back what nobody will read any more.</summary>
    public void Discard()
    {
        Complete();
        while (TryTake(out var frame))
        {
            frame.Return();
            Sent(frame.Length);
        }
    }

    void IValueTaskSource.GetResult(short token) => _room.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _room.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _room.OnCompleted(continuation, state, token, flags);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> WriteLaterAsync(Frame frame)
    {
        while (IsFull && !Volatile.Read(ref _isComplete))
        {
            await WaitForRoomAsync().ConfigureAwait(false);
        }

        return Post(frame);
    }

    private ValueTask WaitForRoomAsync()
    {
        lock (_gate)
        {
            if (!IsFull || _isComplete)
            {
                return default;
            }

            _room.Reset();
            _room.RunContinuationsAsynchronously = true;
            _isWaiting = true;
            if (IsFull)
            {
                return new(this, _room.Version);
            }

            // The consumer caught up before it could see that somebody waits.
            _isWaiting = false;
            return default;
        }
    }

    private void Wake()
    {
        lock (_gate)
        {
            if (_isWaiting)
            {
                _isWaiting = false;
                _room.SetResult(true);
            }
        }
    }
}
