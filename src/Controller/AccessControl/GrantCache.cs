using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.AccessControl;

/// <summary>
/// The newest <see cref="Grants"/>. The contract caches single decisions by subject and object (auth-rbac 10.4); here
/// all bindings are kept compiled instead, since they are few and a decision then needs no database whoever asks for
/// whatever, and no key. What can be observed is the same: a change counts at once where it was made and within
/// <see cref="Longest"/> on every other replica, for which the version row is read about once a second while requests
/// come; a change made behind the version's back counts after <see cref="Lifetime"/>.
/// </summary>
internal sealed partial class GrantCache(Database database, TimeProvider time, ILogger<GrantCache> log)
{
    /// <summary>No decision rests on a version that was read longer ago.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    /// <summary>From here on the version is read again beside the requests, so that under load none waits for it.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromMilliseconds(900);

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private State? _state;
    private Task<Grants>? _check;
    private long _checkEpoch;
    private long _epoch;

    /// <summary>Counts the change that the transaction makes, for all replicas; this one drops what it knows at the commit.</summary>
    public async Task ChangedAsync(DbSession session)
    {
        await RbacCacheVersionStore.IncrementAsync(session, time.GetUtcNow());
        session.OnCommitted(() => Interlocked.Increment(ref _epoch));
    }

    /// <summary>What counts now.</summary>
    /// <exception cref="DatabaseException">Nothing is known yet and it cannot be read.</exception>
    public ValueTask<Grants> GetAsync(CancellationToken cancel)
    {
        if (Volatile.Read(ref _state) is { } state && state.Epoch == Volatile.Read(ref _epoch))
        {
            var age = time.GetElapsedTime(state.CheckedAt);
            if (age < Ahead)
            {
                return new(state.Grants);
            }

            if (age < Longest)
            {
                _ = CheckAsync();
                return new(state.Grants);
            }
        }

        return new(CheckAsync().WaitAsync(cancel));
    }

    /// <summary>Joins the check that runs, or starts one: one at a time, and none from before the last local change.</summary>
    private Task<Grants> CheckAsync()
    {
        lock (_lock)
        {
            var epoch = Volatile.Read(ref _epoch);
            if (_check is not { IsCompleted: false } || _checkEpoch != epoch)
            {
                _checkEpoch = epoch;
                _check = ReadAsync(epoch, time.GetTimestamp());
            }

            return _check;
        }
    }

    private async Task<Grants> ReadAsync(long epoch, long startedAt)
    {
        // Nothing of it under the caller's lock.
        await Task.Yield();
        var known = Volatile.Read(ref _state);
        var readAt = known?.ReadAt ?? startedAt;
        var grants = known?.Grants;
        try
        {
            if (grants is null
                || time.GetElapsedTime(readAt, startedAt) >= Lifetime
                || await database.ReadAsync(RbacCacheVersionStore.ReadAsync) != grants.Version)
            {
                grants = await database.ReadAsync(Grants.ReadAsync);
                readAt = startedAt;
            }
        }
        catch (DatabaseException e) when (grants is not null)
        {
            // Better yesterday's roles than nobody who can sign in to mend the database.
            Failed(log, e.Message);
        }

        lock (_lock)
        {
            // An older check must not undo a newer one.
            if (_state is not { } state || state.Epoch <= epoch)
            {
                _state = new State(grants, epoch, startedAt, readAt);
            }
        }

        return grants;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The version of roles could not be read, those known stay in force: {message}")]
    private static partial void Failed(ILogger log, string message);

    private sealed record State(Grants Grants, long Epoch, long CheckedAt, long ReadAt);
}
