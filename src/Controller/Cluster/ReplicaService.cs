using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Cluster;

/// <summary>The replicas as operators see and correct them (api-platform 5).</summary>
internal sealed class ReplicaService(Database database, TimeProvider time)
{
    /// <summary>All replicas, dead ones included.</summary>
    public async Task<IReadOnlyList<ReplicaBody>> ListAsync(CancellationToken cancel) =>
        (await database.ReadAsync(ReplicaStore.ListAsync, cancel)).ConvertAll(Body);

    /// <exception cref="ApiException">404.</exception>
    public async Task<ReplicaBody> GetAsync(string uuid, CancellationToken cancel) =>
        Body(await database.ReadAsync(s => ReplicaStore.FindAsync(s, uuid), cancel) ?? throw Unknown());

    /// <param name="uuid">The replica.</param>
    /// <param name="body">A body of <see cref="ReplicaSchemas.Update"/>.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ApiException">404.</exception>
    public Task<ReplicaBody> UpdateAsync(string uuid, JsonFields body, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            if (body.Text("host") is { } host)
            {
                await ReplicaStore.SetHostAsync(s, uuid, host, time.GetUtcNow());
            }

            return Body(await ReplicaStore.FindAsync(s, uuid) ?? throw Unknown());
        },
        Durability.Durable,
        cancel);

    /// <summary>Counts a replica as dead, until its next heartbeat.</summary>
    /// <exception cref="ApiException">404.</exception>
    public async Task DeactivateAsync(string uuid, CancellationToken cancel)
    {
        if (!await database.WriteAsync(s => ReplicaStore.DeactivateAsync(s, uuid, time.GetUtcNow()), Durability.Durable, cancel))
        {
            throw Unknown();
        }
    }

    private static ReplicaBody Body(ReplicaRow row) =>
        new(row.Uuid, row.Host, row.ProcessId, row.LastHeartbeat, row.IsActive, row.CreatedAt, row.UpdatedAt);

    private static ApiException Unknown() => ApiException.NotFound("Cluster controller not found");
}
