using System.Runtime.CompilerServices;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Agents;

/// <summary>
/// The one place that tells agents to look again. Flags raised in a transaction are gathered and written at its end, one
/// row per fog whatever happened to it; once they are committed the fogs' held polls wake.
/// </summary>
internal sealed class ChangeNotifier(Database database, Fleet fleet, TimeProvider time)
{
    /// <summary>Engines bound the parameters of a statement.</summary>
    private const int FogsPerStatement = 500;

    /// <summary>What was raised in transactions under way.</summary>
    private readonly ConditionalWeakTable<DbSession, Dictionary<string, ChangeFlags>> _raised = [];

    private long _lastStamp;

    /// <summary>Raises flags for one fog. A fog that is gone when the transaction ends is passed over.</summary>
    public Task RaiseAsync(DbSession session, string fogUuid, ChangeFlags flags)
    {
        if (!_raised.TryGetValue(session, out var raised))
        {
            raised = new(StringComparer.Ordinal);
            _raised.Add(session, raised);
            session.OnCommitting(() => WriteAsync(session, raised));
        }

        raised[fogUuid] = raised.GetValueOrDefault(fogUuid) | flags;
        return Task.CompletedTask;
    }

    /// <summary>Raises the same flags for several fogs.</summary>
    public async Task RaiseAsync(DbSession session, IEnumerable<string> fogUuids, ChangeFlags flags)
    {
        foreach (var fog in fogUuids)
        {
            await RaiseAsync(session, fog, flags);
        }
    }

    /// <summary>Raises flags for every fog.</summary>
    public async Task RaiseForAllAsync(DbSession session, ChangeFlags flags) =>
        await RaiseAsync(session, await session.QueryAsync("SELECT \"uuid\" FROM \"Fogs\"", r => r.Text()), flags);

    private async Task WriteAsync(DbSession session, Dictionary<string, ChangeFlags> raised)
    {
        // Whatever is raised from now on is gathered anew.
        _raised.Remove(session);
        var stamp = NextStamp();
        foreach (var group in raised.GroupBy(r => r.Value, r => r.Key))
        {
            // Sorted, so that two fan-outs on a server lock rows in the same order.
            foreach (var fogs in group.Order(StringComparer.Ordinal).Chunk(FogsPerStatement))
            {
                var rows = await ChangeStore.InsertAsync(session, fogs, group.Key, stamp);
                session.OnCommitted(() => rows.ForEach(row => Tell(row.Fog, new ChangeRow(row.Id, group.Key, stamp, false))));
            }
        }
    }

    private void Tell(string fogUuid, ChangeRow row)
    {
        if (fleet.Find(fogUuid) is not { } fog)
        {
            return;
        }

        if ((row.Flags & (ChangeFlags.Microservices | ChangeFlags.DeleteNode)) != 0)
        {
            Telemetry.MicroservicesChanged(fog);
        }

        if (database.IsSoleOwner)
        {
            fog.Changes.Add(row);
        }
        else
        {
            fog.Changes.Ring();
        }
    }

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
