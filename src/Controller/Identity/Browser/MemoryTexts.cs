namespace Controller.Identity.Browser;

/// <summary>Short-lived texts of one process. Bounded: when full, what would end first makes room.</summary>
internal sealed class MemoryTexts(TimeProvider time, int capacity = 10_000) : IShortLivedTexts
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private DateTimeOffset _sweptAt = time.GetUtcNow();

    public Task<string?> FindAsync(string key, CancellationToken cancel)
    {
        lock (_entries)
        {
            return Task.FromResult(Live(key));
        }
    }

    public Task<string?> TakeAsync(string key, CancellationToken cancel)
    {
        lock (_entries)
        {
            var value = Live(key);
            _entries.Remove(key);
            return Task.FromResult(value);
        }
    }

    public Task PutAsync(string key, string value, TimeSpan lifetime, CancellationToken cancel)
    {
        lock (_entries)
        {
            var now = time.GetUtcNow();
            if (now - _sweptAt >= SweepInterval)
            {
                Sweep(now);
            }

            if (_entries.Count >= capacity && !_entries.ContainsKey(key))
            {
                _entries.Remove(_entries.MinBy(e => e.Value.ExpiresAt).Key);
            }

            _entries[key] = new Entry(value, now + lifetime);
            return Task.CompletedTask;
        }
    }

    public Task RemoveAsync(string key, CancellationToken cancel) => TakeAsync(key, cancel);

    private string? Live(string key) => _entries.TryGetValue(key, out var entry) && time.GetUtcNow() < entry.ExpiresAt ? entry.Value : null;

    private void Sweep(DateTimeOffset now)
    {
        _sweptAt = now;
        foreach (var (key, entry) in _entries)
        {
            if (entry.ExpiresAt <= now)
            {
                _entries.Remove(key);
            }
        }
    }

    private readonly record struct Entry(string Value, DateTimeOffset ExpiresAt);
}
