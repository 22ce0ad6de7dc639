using Controller.Agents;
using Controller.Configuration;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Platform;

/// <summary>Removes a fog with all that belongs to it (reconcile 19.1).</summary>
internal sealed class FogRemoval(Database database, Fleet fleet, ControllerSettings settings, TimeProvider time)
{
    /// <summary>
    /// Removes a fog. With <paramref name="tellAgent"/> its agent's key moves to a tombstone in the same transaction, so
    /// that the agent's next call, a held poll included, learns of it (decision 8).
    /// </summary>
    /// <returns>False when there was no such fog.</returns>
    public Task<bool> RemoveAsync(string fogUuid, bool tellAgent, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            if (!await FogStore.LockAsync(s, fogUuid) || await FogStore.FindAsync(s, fogUuid) is not { } fog)
            {
                return false;
            }

            if (tellAgent && settings.Jobs.FogTombstone > TimeSpan.Zero && await ProvisioningStore.FindPublicKeyAsync(s, fogUuid) is { } key)
            {
                await TombstoneStore.InsertAsync(s, fogUuid, fog.Name, key, time.GetUtcNow());
            }

            await FogStore.DeleteAsync(s, fogUuid, fog.Name);
            s.OnCommitted(() => fleet.Remove(fogUuid));
            return true;
        },
        Durability.Durable,
        cancel);
}
