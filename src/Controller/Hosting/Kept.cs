using Controller.Sql;

namespace Controller.Hosting;

/// <summary>
/// Something made of database rows, kept as long as it is true (<see cref="Database.Revision"/>) and asked for. Where others
/// write the database too it is made for every caller.
/// </summary>
/// <param name="database">Where it comes from.</param>
/// <param name="time">The clock.</param>
/// <param name="make">Makes it from nothing.</param>
/// <param name="renew">
/// Makes it from an older one when no more changed since than what is named (<see cref="DbSession.Changes"/>); the older one
/// stays as it is, others may be reading it. Null: it is made from nothing.
/// </param>
internal sealed class Kept<T>(
    Database database, TimeProvider time, Func<DbSession, Task<T>> make, Func<DbSession, T, IReadOnlySet<string>, Task<T>>? renew = null)
    where T : class
{
    /// <summary>Longer than any Console or script waits between two looks; many megabytes are not held for nobody.</summary>
    public static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(60);

    private Entry? _entry;
    private long _askedAt;

    public async ValueTask<T> GetAsync(CancellationToken cancel)
    {
        // Taken before reading: a commit in between makes the entry outdated, never wrong.
        var revision = database.Revision;
        if (revision is null)
        {
            return await database.ReadAsync(make, cancel);
        }

        Volatile.Write(ref _askedAt, time.GetTimestamp());
        var entry = Volatile.Read(ref _entry);
        if (entry?.Revision == revision)
        {
            return entry.Value;
        }

        var value = await database.ReadAsync(
            entry is not null && renew is not null && database.ChangedSince(entry.Revision) is { } changed
                ? s => renew(s, entry.Value, changed)
                : make,
            cancel);
        if (Interlocked.Exchange(ref _entry, new Entry(revision.Value, value)) is null)
        {
            _ = DropWhenIdleAsync();
        }

        return value;
    }

    private async Task DropWhenIdleAsync()
    {
        TimeSpan rest;
        while ((rest = IdleTime - time.GetElapsedTime(Volatile.Read(ref _askedAt))) > TimeSpan.Zero)
        {
            await Task.Delay(rest, time).ConfigureAwait(false);
        }

        Volatile.Write(ref _entry, null);
    }

    private sealed record Entry(long Revision, T Value);
}
