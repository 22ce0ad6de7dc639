namespace Controller.Sql;

/// <summary>
/// Counts the commits that changed what others keep in memory, and remembers for the last of them what that was
/// (<see cref="DbSession.Changes"/>). One thread writes, any thread reads.
/// </summary>
internal sealed class RevisionLog
{
    /// <summary>Whoever keeps something asks every few seconds; who asks more seldom reads everything again.</summary>
    private const int Remembered = 1024;

    private readonly Lock _lock = new();
    private readonly Queue<IReadOnlyCollection<string>?> _last = [];
    private long _current;

    public long Current => Volatile.Read(ref _current);

    /// <summary>A commit changed what is named here and nothing else; null: it may have changed anything.</summary>
    public void Next(IReadOnlyCollection<string>? changed)
    {
        lock (_lock)
        {
            if (_last.Count == Remembered)
            {
                _last.Dequeue();
            }

            _last.Enqueue(changed);
            Volatile.Write(ref _current, _current + 1);
        }
    }

    /// <summary>All that changed after a revision; null when anything may have.</summary>
    public IReadOnlySet<string>? Since(long revision)
    {
        lock (_lock)
        {
            var count = _current - revision;
            if (count > _last.Count)
            {
                return null;
            }

            var all = new HashSet<string>(StringComparer.Ordinal);
            foreach (var changed in _last.Skip((int)(_last.Count - count)))
            {
                if (changed is null)
                {
                    return null;
                }

                all.UnionWith(changed);
            }

            return all;
        }
    }
}
