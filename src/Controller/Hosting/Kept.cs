using Controller.Sql;

namespace Controller.Hosting;

/// <summary>
/// Something made of database rows, kept as long as it is true (<see cref="Database.Revision"/>). Where others write the
/// database too it is made for every caller.
/// </summary>
internal sealed class Kept<T>(Database database, Func<DbSession, Task<T>> make)
    where T : class
{
    private Entry? _entry;

    public async ValueTask<T> GetAsync(CancellationToken cancel)
    {
        // Taken before reading: a commit in between makes the entry outdated, never wrong.
        var revision = database.Revision;
        if (revision is null)
        {
            return await database.ReadAsync(make, cancel);
        }

        if (Volatile.Read(ref _entry) is { } entry && entry.Revision == revision)
        {
            return entry.Value;
        }

        var value = await database.ReadAsync(make, cancel);
        Volatile.Write(ref _entry, new Entry(revision.Value, value));
        return value;
    }

    private sealed record Entry(long Revision, T Value);
}
