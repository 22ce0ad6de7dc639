using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Agents;

/// <summary>
/// Changes of a node's state that its agent did not report. Where this process owns the database they go through the
/// values in memory, which would otherwise be written over them later.
/// </summary>
internal sealed class NodeTransitions(Database database, Fleet fleet, Telemetry telemetry, TimeProvider time)
{
    private const string Nowhere = "0.0.0.0";

    /// <summary>The agent left.</summary>
    public async Task DeprovisionedAsync(FogEntry fog, IReadOnlyCollection<string> microserviceUuids, CancellationToken cancel)
    {
        if (database.IsSoleOwner)
        {
            var going = microserviceUuids.ToHashSet(StringComparer.Ordinal);
            await telemetry.TransitionAsync(
                fog,
                new FogStatus { DaemonStatus = "DEPROVISIONED", IpAddress = Nowhere, IpAddressExternal = Nowhere },
                m => going.Contains(m.MicroserviceUuid) ? m with { Status = "DELETING" } : null,
                cancel);
            return;
        }

        await database.WriteAsync(
            async s =>
            {
                await NodeStore.SetDeprovisionedAsync(s, fog.Uuid);
                await NodeStore.SetMicroservicesAsync(s, fog.Uuid, "DELETING", microserviceUuids, time.GetUtcNow());
            },
            Durability.Durable,
            cancel);
    }

    /// <summary>Nothing was heard of the agent since a time (milliseconds since 1970).</summary>
    public async Task SilentAsync(string fogUuid, long since, CancellationToken cancel)
    {
        if (database.IsSoleOwner)
        {
            await SilentInMemoryAsync(fogUuid, cancel);
            return;
        }

        await database.WriteAsync(
            async s =>
            {
                // Another replica may have heard of it a moment ago.
                if (await NodeStore.SetSilentAsync(s, fogUuid, since))
                {
                    await NodeStore.SetMicroservicesAsync(s, fogUuid, "UNKNOWN", null, time.GetUtcNow());
                    await CleanUpAsync(s, fogUuid);
                }
            },
            Durability.Relaxed,
            cancel);
    }

    private async Task SilentInMemoryAsync(string fogUuid, CancellationToken cancel)
    {
        if (await fleet.GetAsync(fogUuid, cancel) is not { Identity.IsDeleted: false } fog)
        {
            return;
        }

        var stopped = (await database.ReadAsync(s => NodeStore.ListStoppedAsync(s, fogUuid), cancel)).ToHashSet(StringComparer.Ordinal);
        await telemetry.TransitionAsync(
            fog,
            new FogStatus { DaemonStatus = "UNKNOWN" },
            m => m.Status == "STOPPED" && stopped.Contains(m.MicroserviceUuid) ? null : m with { Status = "UNKNOWN" },
            cancel);
        await database.WriteAsync(s => CleanUpAsync(s, fogUuid), Durability.Relaxed, cancel);
        Telemetry.MicroservicesChanged(fog);
    }

    private async Task CleanUpAsync(DbSession session, string fogUuid)
    {
        await NodeStore.EndExecAsync(session, fogUuid, time.GetUtcNow());
        await NodeStore.DeleteMarkedAsync(session, fogUuid);
    }
}
