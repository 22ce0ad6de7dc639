using System.Collections.Concurrent;
using Controller.AccessControl;

namespace Controller.Identity;

/// <summary>Access tokens that were verified, until they expire. Bounded: when full, new ones are verified each time.</summary>
internal sealed class VerifiedTokens(TimeProvider time, int capacity = 10_000)
{
    private readonly ConcurrentDictionary<TokenHash, Entry> _entries = new();
    private int _count;
    private long _sweptAt = time.GetTimestamp();

    public OperatorIdentity? Find(TokenHash token) =>
        _entries.TryGetValue(token, out var entry) && time.GetUtcNow() < entry.Expires ? entry.Identity : null;

    public void Add(TokenHash token, OperatorIdentity identity, DateTimeOffset expires)
    {
        if (Volatile.Read(ref _count) >= capacity && !Sweep())
        {
            return;
        }

        if (_entries.TryAdd(token, new Entry(identity, expires)))
        {
            Interlocked.Increment(ref _count);
        }
    }

    /// <summary>Removes what has expired, at most once a second; false when nothing was gained.</summary>
    private bool Sweep()
    {
        var last = Volatile.Read(ref _sweptAt);
        if (time.GetElapsedTime(last) < TimeSpan.FromSeconds(1) || Interlocked.CompareExchange(ref _sweptAt, time.GetTimestamp(), last) != last)
        {
            return false;
        }

        var now = time.GetUtcNow();
        foreach (var (token, entry) in _entries)
        {
            if (entry.Expires <= now && _entries.TryRemove(token, out _))
            {
                Interlocked.Decrement(ref _count);
            }
        }

        return Volatile.Read(ref _count) < capacity;
    }

    private sealed record Entry(OperatorIdentity Identity, DateTimeOffset Expires);
}
