using Controller.Hosting;
using Controller.Sql.Stores;

namespace Controller.Agents;

/// <summary>What a poll answers: the flags and the stamp to acknowledge them with.</summary>
internal readonly record struct ChangesAnswer(ChangeFlags Flags, string LastUpdated);

/// <summary>
/// Change rows of one fog in memory, and the bell that wakes its held poll. On a database with one owner these rows
/// are the truth once loaded; elsewhere only the bell is used.
/// </summary>
internal sealed class PendingChanges
{
    private readonly Lock _lock = new();
    private readonly List<ChangeRow> _rows = [];
    private bool _loaded;
    private TaskCompletionSource? _bell;

    public bool IsLoaded => Volatile.Read(ref _loaded);

    /// <summary>Takes the rows that the database held; rows that came meanwhile stay.</summary>
    public void Load(IEnumerable<ChangeRow> rows)
    {
        lock (_lock)
        {
            if (_loaded)
            {
                return;
            }

            foreach (var row in rows)
            {
                if (!_rows.Exists(r => r.Id == row.Id))
                {
                    _rows.Add(row);
                }
            }

            Volatile.Write(ref _loaded, true);
        }
    }

    /// <summary>A row was committed.</summary>
    public void Add(ChangeRow row)
    {
        lock (_lock)
        {
            if (!_rows.Exists(r => r.Id == row.Id))
            {
                _rows.Add(row);
            }
        }

        Ring();
    }

    /// <summary>Wakes whoever waits.</summary>
    public void Ring()
    {
        TaskCompletionSource? bell;
        lock (_lock)
        {
            (bell, _bell) = (_bell, null);
        }

        bell?.TrySetResult();
    }

    /// <summary>A task that completes at the next <see cref="Ring"/>.</summary>
    public Task NextRing()
    {
        lock (_lock)
        {
            return (_bell ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>The union of all rows; they count as shown from now on.</summary>
    public ChangesAnswer Serve(DateTimeOffset now)
    {
        lock (_lock)
        {
            if (_rows.Count == 0)
            {
                return new(ChangeFlags.None, IsoTime.ToText(now));
            }

            var flags = ChangeFlags.None;
            var last = "";
            for (var i = 0; i < _rows.Count; i++)
            {
                var row = _rows[i];
                flags |= row.Flags;
                last = string.CompareOrdinal(row.LastUpdated, last) > 0 ? row.LastUpdated : last;
                _rows[i] = row with { Served = true };
            }

            return new(flags, last);
        }
    }

    /// <summary>The shown rows up to a stamp.</summary>
    public List<ChangeRow> Acknowledged(string lastUpdated)
    {
        lock (_lock)
        {
            return [.. _rows.Where(r => r.Served && string.CompareOrdinal(r.LastUpdated, lastUpdated) <= 0)];
        }
    }

    /// <summary>Drops rows that the database no longer holds.</summary>
    public void Remove(ICollection<long> ids)
    {
        lock (_lock)
        {
            _rows.RemoveAll(r => ids.Contains(r.Id));
        }
    }
}
