using System.Threading.Tasks.Sources;

namespace Controller.Agents;

/// <summary>
/// A poll that waits for news, for its time or for its client to leave. Each node's poll is held nearly always, and what
/// is made anew for each ages with it before it dies, which is what a collector is worst at: so one is kept and used
/// again, with its timer. A wake may be a belated one of an earlier wait; who wakes looks why.
/// </summary>
internal sealed class HeldPoll : IValueTaskSource
{
    private const int Idle = 0, Armed = 1, Waking = 2, Woken = 3;

    private readonly ITimer _timer;
    private ManualResetValueTaskSourceCore<bool> _source = new() { RunContinuationsAsynchronously = true };
    private int _state;

    public HeldPoll(TimeProvider time)
    {
        // The timer outlives the request that makes it; what flows with that must not.
        using var flow = ExecutionContext.SuppressFlow();
        _timer = time.CreateTimer(static held => ((HeldPoll)held!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The next one that waits for the same node. Guarded by <see cref="PendingChanges"/>, as is <see cref="IsListed"/>.</summary>
    public HeldPoll? Next { get; set; }

    /// <summary>It will be woken by news.</summary>
    public bool IsListed { get; set; }

    /// <summary>From here on a wake is not lost.</summary>
    public void Arm()
    {
        _source.Reset();
        Volatile.Write(ref _state, Armed);
    }

    /// <summary>Completes at the next wake since <see cref="Arm"/>, at the latest after <paramref name="limit"/>.</summary>
    public ValueTask WaitAsync(TimeSpan limit)
    {
        // Whole milliseconds are counted; not one too few.
        _timer.Change(TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(limit.TotalMilliseconds))), Timeout.InfiniteTimeSpan);
        return new(this, _source.Version);
    }

    /// <summary>Ends the wait. Any thread, any number of times.</summary>
    public void Wake()
    {
        if (Interlocked.CompareExchange(ref _state, Waking, Armed) == Armed)
        {
            _source.SetResult(true);
            Volatile.Write(ref _state, Woken);
        }
    }

    /// <summary>Nobody waits any more.</summary>
    /// <returns>False when a wake is under way on another thread: this one cannot be used again.</returns>
    public bool TryRest()
    {
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        return Volatile.Read(ref _state) is Idle or Woken || Interlocked.CompareExchange(ref _state, Idle, Armed) == Armed;
    }

    void IValueTaskSource.GetResult(short token)
    {
        _source.GetResult(token);

        // The waker may not be through yet: it must not find the source of the next wait.
        var spin = new SpinWait();
        while (Volatile.Read(ref _state) == Waking)
        {
            spin.SpinOnce();
        }

        Volatile.Write(ref _state, Idle);
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
