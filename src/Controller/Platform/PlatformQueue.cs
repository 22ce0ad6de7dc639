using System.Globalization;
using System.Text.Json;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Platform;

/// <summary>
/// The way to ask for slow work: a row in the outbox, in the transaction of the change that causes it. The work begins as
/// soon as that is committed.
/// </summary>
internal sealed class PlatformQueue(TimeProvider time)
{
    public const string FogKind = "fog_platform";

    /// <summary>Rows wait in the outbox.</summary>
    public WakeSignal OutboxFilled { get; } = new();

    /// <summary>Tasks wait for a worker.</summary>
    public WakeSignal TasksAdded { get; } = new();

    /// <summary>Asks for the reconcile or the deletion of a fog.</summary>
    /// <param name="session">The caller's transaction.</param>
    /// <param name="fogUuid">Fog.</param>
    /// <param name="reason">One of <see cref="FogTaskReason"/>.</param>
    /// <param name="specGeneration">The generation that causes it, when one does.</param>
    public async Task EnqueueFogAsync(DbSession session, string fogUuid, string reason, int? specGeneration)
    {
        var payload = JsonSerializer.Serialize(new(fogUuid, reason, specGeneration), PlatformJson.Default.FogTaskPayload);
        var key = $"fp:{fogUuid}:{reason}:{specGeneration?.ToString(CultureInfo.InvariantCulture) ?? "null"}";
        await ReconcileStore.PutOutboxAsync(session, FogKind, payload, key, time.GetUtcNow());
        session.OnCommitted(OutboxFilled.Set);
    }
}
