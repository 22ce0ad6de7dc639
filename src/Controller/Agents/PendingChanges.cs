using Controller.Hosting;
using Controller.Sql.Stores;

namespace Controller.Agents;

/// <summary>What a poll answers: the flags and the stamp to acknowledge them with, null for none.</summary>
internal readonly record struct ChangesAnswer(ChangeFlags Flags, string? LastUpdated);

/// <summary>
/// Change rows of one fog in memory, and the polls that wait for news of it. On a database with one owner these rows
/// are the truth once loaded; elsewhere only the waiting is used.
/// </summary>
internal sealed class PendingChanges
{
    private readonly Lock _lock = new();
    private readonly List<ChangeRow> _rows = [];
    private bool _loaded;
    private HeldPoll? _waiting;
    private HeldPoll? _resting;

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
        lock (_lock)
        {
            while (_waiting is { } held)
            {
                (_waiting, held.Next, held.IsListed) = (held.Next, null, false);
                held.Wake();
            }
        }
    }

    /// <summary>A poll to wait with. It goes back by <see cref="GiveBack"/>.</summary>
    public HeldPoll Take(TimeProvider time)
    {
        lock (_lock)
        {
            var held = _resting;
            _resting = null;
            return held ?? new(time);
        }
    }

    /// <summary>From here on the next <see cref="Ring"/> wakes this poll.</summary>
    public void Await(HeldPoll held)
    {
        lock (_lock)
        {
            held.Arm();
            if (!held.IsListed)
            {
                (held.Next, _waiting, held.IsListed) = (_waiting, held, true);
            }
        }
    }

    /// <summary>The poll is answered.</summary>
    public void GiveBack(HeldPoll held)
    {
        lock (_lock)
        {
            Unlist(held);
            if (held.TryRest())
            {
                _resting = held;
            }
        }
    }

    /// <summary>The union of all rows; they count as shown from now on.</summary>
    public ChangesAnswer Serve()
    {
        lock (_lock)
        {
            var flags = ChangeFlags.None;
            string? last = null;
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
            return _rows.Count == 0 ? [] : [.. _rows.Where(r => r.Served && string.CompareOrdinal(r.LastUpdated, lastUpdated) <= 0)];
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

    private void Unlist(HeldPoll held)
    {
        if (!held.IsListed)
        {
            return;
        }

        if (_waiting == held)
        {
            _waiting = held.Next;
        }
        else
        {
            var before = _waiting!;
            while (before.Next != held)
            {
                before = before.Next!;
            }

            before.Next = held.Next;
        }

        (held.Next, held.IsListed) = (null, false);
    }
}
