using Controller.Configuration;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Cluster;

/// <summary>This process among the replicas of the Controller (runtime 2.2).</summary>
internal sealed partial class Replica(Database database, ControllerSettings settings, TimeProvider time, ILogger<Replica> log)
{
    /// <summary>Uuid of this replica; also the owner of tasks it claims. Known once the Controller serves.</summary>
    public string Id { get; private set; } = settings.App.ReplicaId ?? Guid.NewGuid().ToString();

    /// <summary>
    /// Uuid of this process, which owns the sockets of its sessions. A restart has another one, and so has a second
    /// replica on this host, with which <see cref="Id"/> is shared.
    /// </summary>
    public string Process { get; } = Guid.NewGuid().ToString();

    /// <summary>Registers the replica. A failure is worth a warning: the heartbeat tries again.</summary>
    public async Task RegisterAsync(CancellationToken cancel)
    {
        try
        {
            Id = await database.WriteAsync(
                async s =>
                {
                    await RbacCacheVersionStore.EnsureAsync(s, time.GetUtcNow());
                    await SignAsync(s);
                    return await EnterAsync(s);
                },
                Durability.Relaxed,
                cancel);
        }
        catch (DatabaseException e)
        {
            NotRegistered(log, e.Message);
        }
    }

    /// <summary>Tells the others that this replica is alive.</summary>
    public Task BeatAsync(CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            s.NothingElseChanges();
            await SignAsync(s);
            if (!await ReplicaStore.BeatAsync(s, Id, time.GetUtcNow()))
            {
                await ReplicaStore.RegisterAsync(s, Id, Id, settings.App.Host, Environment.ProcessId, time.GetUtcNow());
            }
        },
        Durability.Relaxed,
        cancel);

    /// <summary>For the other replicas; who owns the database alone has none.</summary>
    private Task SignAsync(DbSession session) =>
        database.IsSoleOwner ? Task.CompletedTask : ReplicaStore.SignAsync(session, Process, time.GetUtcNow());

    private Task<string> EnterAsync(DbSession session) => ReplicaStore.RegisterAsync(
        session, settings.App.ReplicaId, Id, settings.App.Host, Environment.ProcessId, time.GetUtcNow());

    [LoggerMessage(Level = LogLevel.Warning, Message = "This replica could not be registered, will be tried again: {message}")]
    private static partial void NotRegistered(ILogger log, string message);
}
