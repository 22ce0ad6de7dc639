using System.Collections.Concurrent;
using Controller.Configuration;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Agents;

/// <summary>Every fog this process has heard of: identity and keys in memory, so that a poll costs no query.</summary>
internal sealed class Fleet(Database database, FogKeys keys, TimeProvider time, ControllerSettings settings)
{
    /// <summary>How long another replica's re-provisioning or deletion may go unnoticed.</summary>
    private static readonly TimeSpan RecheckAfter = TimeSpan.FromSeconds(5);

    private const string CleanStop = "clean_stop";

    private readonly ConcurrentDictionary<string, FogEntry> _fogs = new(StringComparer.Ordinal);
    /// <summary>How late a flush may be for the floor to cover it: an overloaded disk keeps it waiting.</summary>
    private static readonly TimeSpan LatestFlush = TimeSpan.FromMinutes(1);

    private bool _lastStopWasClean;
    private DateTimeOffset _startedAt;

    /// <summary>Counts what was forgotten, so that a row read before it is not kept after it.</summary>
    private int _generation;

    public IEnumerable<FogEntry> Known => _fogs.Values;

    /// <summary>Learns how the process before this one ended, and marks this one as running.</summary>
    public Task StartAsync(CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            _startedAt = time.GetUtcNow();
            _lastStopWasClean = await StateStore.GetAsync(s, CleanStop) == "yes";
            await StateStore.SetAsync(s, CleanStop, "no", time.GetUtcNow());
        },
        Durability.Durable,
        cancel);

    /// <summary>Everything is written: the next process may trust the stored marks.</summary>
    public Task StoppedCleanlyAsync() =>
        database.WriteAsync(s => StateStore.SetAsync(s, CleanStop, "yes", time.GetUtcNow()));

    /// <summary>This process has served nobody after all: what the one before it left is still true.</summary>
    public async Task StartAbandonedAsync()
    {
        if (_lastStopWasClean)
        {
            try
            {
                await StoppedCleanlyAsync();
            }
            catch (DatabaseException)
            {
                // The next start is more careful than it would have to be.
            }
        }
    }

    /// <summary>The entry of a fog that this process knows already.</summary>
    public FogEntry? Find(string uuid) => _fogs.GetValueOrDefault(uuid);

    /// <summary>The fog with its identity; null when no such fog, nor its tombstone, exists.</summary>
    public async ValueTask<FogEntry?> GetAsync(string uuid, CancellationToken cancel)
    {
        if (_fogs.TryGetValue(uuid, out var entry)
            && Volatile.Read(ref entry.Identity) is not null
            && (database.IsSoleOwner || time.GetElapsedTime(entry.IdentityReadAt) < RecheckAfter))
        {
            return entry;
        }

        return await ReadAsync(uuid, cancel);
    }

    /// <summary>The fog again, for a token that did not verify: another replica may have re-keyed it a moment ago.</summary>
    public ValueTask<FogEntry?> RecheckAsync(FogEntry entry, CancellationToken cancel)
    {
        // At most once a second per fog, so that forged tokens cannot flood the database.
        var fresh = time.GetElapsedTime(entry.IdentityReadAt) < TimeSpan.FromSeconds(1);
        return database.IsSoleOwner || fresh ? GetAsync(entry.Uuid, cancel) : new(ReadAsync(entry.Uuid, cancel));
    }

    private async Task<FogEntry?> ReadAsync(string uuid, CancellationToken cancel)
    {
        while (true)
        {
            var generation = Volatile.Read(ref _generation);
            var entry = await ReadOnceAsync(uuid, cancel);
            if (generation == Volatile.Read(ref _generation))
            {
                return entry;
            }
        }
    }

    private async Task<FogEntry?> ReadOnceAsync(string uuid, CancellationToken cancel)
    {
        var row = await database.ReadAsync(s => TelemetryStore.FindAsync(s, uuid), cancel);
        if (row is null)
        {
            _fogs.TryRemove(uuid, out _);
            return null;
        }

        var isNew = false;
        var entry = _fogs.GetOrAdd(uuid, u =>
        {
            isNew = true;
            return new FogEntry(u);
        });
        if (isNew)
        {
            entry.SignedAtFloor = Floor(row.TokenIatMark, row.Status.LastActive);
            lock (entry.Telemetry)
            {
                entry.Telemetry.Status = row.Status.Merge(entry.Telemetry.Status);
                entry.Telemetry.LastActive ??= row.Status.LastActive;
            }
        }

        var identity = new FogIdentity(
            entry.Uuid, row.Name, row.ArchId, row.IsSystem, row.ContainerEngine, row.StatusFrequency,
            row.PublicKey is null ? null : keys.Read(uuid, row.PublicKey), row.IsDeleted, ForcesWarning(row.WarningMessage),
            row.ConfigPending);
        entry.IdentityReadAt = time.GetTimestamp();
        Volatile.Write(ref entry.Identity, identity);
        return entry;
    }

    /// <summary>Drops what is known of a fog's identity: it was re-provisioned, changed or deprovisioned.</summary>
    public void Forget(string uuid)
    {
        Interlocked.Increment(ref _generation);
        if (_fogs.TryGetValue(uuid, out var entry))
        {
            Volatile.Write(ref entry.Identity, null);
        }
    }

    /// <summary>The fog has a new key: what was known of the tokens of the former one means nothing any more.</summary>
    public void Rekeyed(string uuid)
    {
        Forget(uuid);
        if (_fogs.TryGetValue(uuid, out var entry))
        {
            lock (entry.Telemetry)
            {
                entry.SignedAtFloor = 0;
                entry.SignedAtMark = 0;
            }
        }
    }

    /// <summary>The fog is gone; its held poll is woken so that the agent learns of it.</summary>
    public void Remove(string uuid)
    {
        Interlocked.Increment(ref _generation);
        if (_fogs.TryRemove(uuid, out var entry))
        {
            Volatile.Write(ref entry.Identity, null);
            entry.Changes.Ring();
        }
    }

    private static bool ForcesWarning(string? message) =>
        message is not null
        && (message.Contains("Background orchestration", StringComparison.Ordinal) || message.StartsWith("Platform reconcile:", StringComparison.Ordinal));

    /// <summary>The signing time up to which a token may have been used before this process started.</summary>
    /// <param name="mark">The latest signing time that was written, by the agent's clock.</param>
    /// <param name="heardAt">When that token came, epoch milliseconds by ours.</param>
    private long Floor(long? mark, long? heardAt)
    {
        if (mark is null || !database.IsSoleOwner)
        {
            return 0;
        }

        if (_lastStopWasClean)
        {
            return mark.Value;
        }

        // An unclean stop lost what came after the mark: a flush interval's tokens, or more where the flush was late,
        // but none that was signed after we started again.
        var flush = settings.Jobs.TelemetryFlush.TotalSeconds;
        var since = heardAt is null ? 0 : (_startedAt.ToUnixTimeMilliseconds() - heardAt.Value) / 1000.0 + 1;
        return mark.Value + (long)Math.Ceiling(Math.Max(flush, Math.Min(since, flush + LatestFlush.TotalSeconds)));
    }
}
