using Controller.Agents;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Secrets;

/// <summary>
/// Tells nodes of changes to the secrets and config maps that they have volume mounts of, or that environment variables
/// of their microservices refer to (agent-wire 9).
/// </summary>
internal sealed class DataConsumers(ChangeNotifier changes, TimeProvider time)
{
    /// <summary>The data was written, whether it differs or not.</summary>
    public async Task ChangedAsync(DbSession session, DataKind kind, string name)
    {
        await changes.RaiseAsync(
            session, await VolumeMountStore.RaiseVersionsAsync(session, kind, name, time.GetUtcNow()), ChangeFlags.VolumeMounts);
        await changes.RaiseAsync(session, await EnvReferenceStore.ListFogsAsync(session, kind, name), ChangeFlags.Microservices);
    }

    /// <summary>It is about to be deleted, and the volume mounts of it with it.</summary>
    public async Task DeletingAsync(DbSession session, DataKind kind, string name) =>
        await changes.RaiseAsync(session, await VolumeMountStore.ListFogsAsync(session, kind, name), ChangeFlags.VolumeMounts);
}
