using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Agents;

/// <summary>
/// Answers and acknowledges change polls (agent-wire 8). Where this process owns the database the rows are read from
/// memory and an idle poll touches no disk.
/// </summary>
internal sealed class ChangeFeed(Database database)
{
    /// <summary>What changed; the rows behind the answer count as shown.</summary>
    public async ValueTask<ChangesAnswer> ReadAsync(FogEntry fog, CancellationToken cancel)
    {
        if (!database.IsSoleOwner)
        {
            return await ReadSharedAsync(fog.Uuid, cancel);
        }

        if (!fog.Changes.IsLoaded)
        {
            await LoadAsync(fog, cancel);
        }

        return fog.Changes.Serve();
    }

    /// <summary>
    /// Clears what an answer up to this stamp has shown; never anything else (decision 7). Returns whether a change of
    /// the configuration, one that the agent has yet to fetch, was among it.
    /// </summary>
    public async Task<bool> AcknowledgeAsync(FogEntry fog, string lastUpdated, CancellationToken cancel)
    {
        var watchesConfig = fog.Identity is { ConfigPending: true };
        if (!database.IsSoleOwner)
        {
            var hadConfig = watchesConfig
                && (await database.ReadAsync(s => ChangeStore.ListAsync(s, fog.Uuid), cancel)).Exists(r => r.Served && (r.Flags & ChangeFlags.Config) != 0);
            // Durable for the same reason as below; an acknowledgement of nothing writes nothing.
            await database.AutoCommitAsync(s => ChangeStore.AcknowledgeAsync(s, fog.Uuid, lastUpdated), cancel, Durability.Durable);
            return hadConfig;
        }

        var rows = fog.Changes.Acknowledged(lastUpdated);
        if (rows.Count == 0)
        {
            return false;
        }

        // An order that came back after a power cut would be obeyed once more; other news is only looked at again.
        var durability = rows.Exists(r => (r.Flags & ChangeFlags.Orders) != 0) ? Durability.Durable : Durability.Relaxed;
        var ids = rows.ConvertAll(r => r.Id);
        await database.WriteAsync(
            s =>
            {
                s.NothingElseChanges();
                return ChangeStore.DeleteAsync(s, ids);
            },
            durability,
            cancel);
        fog.Changes.Remove(ids);
        return watchesConfig && rows.Exists(r => (r.Flags & ChangeFlags.Config) != 0);
    }

    private async Task LoadAsync(FogEntry fog, CancellationToken cancel) =>
        fog.Changes.Load(await database.ReadAsync(s => ChangeStore.ListAsync(s, fog.Uuid), cancel));

    private async Task<ChangesAnswer> ReadSharedAsync(string fogUuid, CancellationToken cancel)
    {
        var rows = await database.ReadAsync(s => ChangeStore.ListAsync(s, fogUuid), cancel);
        var unseen = rows.Where(r => !r.Served).Select(r => r.Id).ToList();
        if (unseen.Count > 0)
        {
            await database.AutoCommitAsync(async s => { await ChangeStore.MarkServedAsync(s, unseen); return true; }, cancel);
        }

        var all = new PendingChanges();
        all.Load(rows);
        return all.Serve();
    }
}
