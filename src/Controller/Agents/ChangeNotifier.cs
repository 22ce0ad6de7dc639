using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Agents;

/// <summary>
/// The one place that tells agents to look again: writes the flag in the caller's transaction and wakes the fog's
/// held poll once it is committed.
/// </summary>
internal sealed class ChangeNotifier(Fleet fleet, TimeProvider time)
{
    private long _lastStamp;

    /// <summary>Raises flags for one fog.</summary>
    public async Task RaiseAsync(DbSession session, string fogUuid, ChangeFlags flags)
    {
        var stamp = NextStamp();
        var id = await ChangeStore.InsertAsync(session, fogUuid, flags, stamp);
        session.OnCommitted(() =>
        {
            if (fleet.Find(fogUuid) is not { } fog)
            {
                return;
            }

            if ((flags & (ChangeFlags.Microservices | ChangeFlags.DeleteNode)) != 0)
            {
                Telemetry.MicroservicesChanged(fog);
            }

            fog.Changes.Add(new ChangeRow(id, flags, stamp, false));
        });
    }

    /// <summary>Raises the same flags for several fogs.</summary>
    public async Task RaiseAsync(DbSession session, IEnumerable<string> fogUuids, ChangeFlags flags)
    {
        // Sorted, so that two fan-outs on a server lock rows in the same order.
        foreach (var fog in fogUuids.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            await RaiseAsync(session, fog, flags);
        }
    }

    /// <summary>Raises flags for every fog.</summary>
    public async Task RaiseForAllAsync(DbSession session, ChangeFlags flags) =>
        await RaiseAsync(session, await session.QueryAsync("SELECT \"uuid\" FROM \"Fogs\"", r => r.Text()), flags);

    /// <summary>Strictly increasing, so that no two changes of a fog share a stamp (decision 7).</summary>
    private string NextStamp()
    {
        while (true)
        {
            var last = Volatile.Read(ref _lastStamp);
            var next = Math.Max(time.GetUtcNow().ToUnixTimeMilliseconds(), last + 1);
            if (Interlocked.CompareExchange(ref _lastStamp, next, last) == last)
            {
                return IsoTime.FromMilliseconds(next);
            }
        }
    }
}
