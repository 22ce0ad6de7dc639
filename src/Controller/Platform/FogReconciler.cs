using System.Text.Json;
using Controller.Agents;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Platform;

/// <summary>
/// Makes the platform of a fog what its specification says (reconcile 10), in short transactions: work of an earlier one
/// stays when a later one fails, and the next try does it again.
/// </summary>
internal sealed class FogReconciler(Database database, ChangeNotifier changes, Fleet fleet, TimeProvider time)
{
    private const string Healthy = "HEALTHY";

    /// <summary>Reconciles a fog; false when it is being deleted instead.</summary>
    /// <exception cref="ApiException">It cannot be what it should; the text is for the operator.</exception>
    public async Task<bool> ReconcileAsync(string fogUuid, CancellationToken cancel)
    {
        var plan = await database.WriteAsync(s => PrepareAsync(s, fogUuid), Durability.Relaxed, cancel);
        return plan is not null && await database.WriteAsync(s => FinishAsync(s, plan), Durability.Relaxed, cancel);
    }

    private async Task<Plan?> PrepareAsync(DbSession session, string fogUuid)
    {
        var fog = await FogStore.FindAsync(session, fogUuid) ?? throw ApiException.NotFound($"Invalid ioFog UUID '{fogUuid}'");
        var stored = await FogPlatformStore.FindSpecAsync(session, fogUuid)
            ?? throw ApiException.NotFound($"Fog platform spec not found for fog {fogUuid}");
        if (await FogPlatformStore.FindStatusAsync(session, fogUuid) is { Phase: PlatformPhase.Deleting })
        {
            return null;
        }

        var spec = PlatformSpec.Parse(stored.Json);
        if (fog.IsSystem)
        {
            PlatformModes.RequireSystem(spec.RouterMode, spec.NatsMode);
        }

        await FogPlatformStore.SetProgressingAsync(session, fogUuid, time.GetUtcNow());
        return new Plan(fogUuid, stored.Generation, spec);
    }

    private async Task<bool> FinishAsync(DbSession session, Plan plan)
    {
        if (!await FogStore.LockAsync(session, plan.FogUuid)
            || await FogPlatformStore.FindStatusAsync(session, plan.FogUuid) is null or { Phase: PlatformPhase.Deleting })
        {
            return false;
        }

        await changes.RaiseAsync(session, plan.FogUuid, ChangeFlags.Microservices);

        var now = time.GetUtcNow();
        var fog = await FogStore.FindAsync(session, plan.FogUuid);
        var newest = await FogPlatformStore.FindSpecAsync(session, plan.FogUuid);
        await FogPlatformStore.SetReadyAsync(
            session, plan.FogUuid, plan.Generation, newest?.Generation == plan.Generation, await ConditionsAsync(session, plan), now);
        if (fog!.WarningMessage != Healthy)
        {
            await FogStore.UpdateAsync(session, plan.FogUuid, new Dictionary<string, object?> { ["warningMessage"] = Healthy }, now);
            session.OnCommitted(() => fleet.Forget(plan.FogUuid));
        }

        return true;
    }

    private static async Task<string> ConditionsAsync(DbSession session, Plan plan)
    {
        var hasRouter = (await FogRelationStore.ListRoutersAsync(session, plan.FogUuid)).Count > 0;
        var hasNats = (await FogRelationStore.ListNatsAsync(session, plan.FogUuid)).Count > 0;
        IReadOnlyList<PlatformCondition> conditions =
        [
            Condition("RouterReady", PlatformModes.IsNone(plan.Spec.RouterMode) || hasRouter),
            Condition("NatsReady", PlatformModes.IsNone(plan.Spec.NatsMode) || hasNats),
        ];
        return JsonSerializer.Serialize(conditions, PlatformJson.Default.IReadOnlyListPlatformCondition);
    }

    private static PlatformCondition Condition(string type, bool holds) => new(type, holds ? "True" : "False", "ReconcileComplete");

    private sealed record Plan(string FogUuid, int Generation, PlatformSpec Spec);
}
