using System.Buffers;
using System.Text.Json;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Agents;

/// <summary>
/// The configuration that agent and operator share. The agent's own values are stored, except those that the operator
/// changed and the agent has not fetched since (decision 9).
/// </summary>
internal sealed class AgentConfiguration(Database database, Fleet fleet, ChangeNotifier changes, TimeProvider time)
{
    /// <summary>The configuration for the agent as JSON; from now on the agent knows the operator's changes.</summary>
    /// <exception cref="ApiException">404 when the fog is gone.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(string fogUuid, CancellationToken cancel)
    {
        var fog = await database.ReadAsync(s => FogStore.FindAsync(s, fogUuid), cancel);
        if (fog?.PendingConfigKeys is not null)
        {
            fog = await database.WriteAsync(s => TakeAsync(s, fogUuid), Durability.Durable, cancel);
        }

        if (fog is null)
        {
            throw Gone(fogUuid);
        }

        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            AgentConfigFields.Write(json, fog);
        }

        return buffer.WrittenMemory;
    }

    /// <summary>Stores what the agent sent and the operator has not changed since the agent last looked.</summary>
    /// <exception cref="ApiException">404 when the fog is gone.</exception>
    public Task StoreAsync(string fogUuid, IReadOnlyDictionary<string, object?> sent, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            var fog = await FogStore.LockAsync(s, fogUuid) ? await FogStore.FindAsync(s, fogUuid) : null;
            if (fog is null)
            {
                throw Gone(fogUuid);
            }

            var pending = PendingConfigKeys.Parse(fog.PendingConfigKeys);
            var differing = AgentConfigFields.Changed(fog, sent).ToHashSet(StringComparer.Ordinal);
            // What the agent holds already needs no fetching.
            pending.RemoveWhere(k => sent.ContainsKey(k) && !differing.Contains(k));
            var fields = differing.Where(k => !pending.Contains(k)).ToDictionary(k => k, k => sent[k], StringComparer.Ordinal);
            if (IsUnknownPlace(sent) && fog is not { Latitude: null, Longitude: null })
            {
                fields.Remove("latitude");
                fields.Remove("longitude");
            }

            if (PendingConfigKeys.ToText(pending) is var left && left != fog.PendingConfigKeys)
            {
                fields["pendingConfigKeys"] = left;
            }

            if (fields.Count > 0)
            {
                await FogStore.UpdateAsync(s, fogUuid, fields, time.GetUtcNow());
            }

            if (differing.Overlaps(pending))
            {
                await changes.RaiseAsync(s, fogUuid, ChangeFlags.Config);
            }

            s.OnCommitted(() => fleet.Forget(fogUuid));
        },
        Durability.Durable,
        cancel);

    /// <summary>
    /// The agent acknowledged the flag <c>config</c>. An agent that is still initializing does so without fetching, and
    /// would never learn of the change: it is told again.
    /// </summary>
    public Task RemindAsync(string fogUuid, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            if (await FogStore.LockAsync(s, fogUuid) && await FogStore.FindAsync(s, fogUuid) is { PendingConfigKeys: not null })
            {
                await changes.RaiseAsync(s, fogUuid, ChangeFlags.Config);
            }
        },
        Durability.Durable,
        cancel);

    private async Task<FogRow?> TakeAsync(DbSession session, string fogUuid)
    {
        if (!await FogStore.LockAsync(session, fogUuid) || await FogStore.FindAsync(session, fogUuid) is not { } fog)
        {
            return null;
        }

        await FogStore.UpdateAsync(
            session, fogUuid, new Dictionary<string, object?> { ["pendingConfigKeys"] = null }, fog.UpdatedAt ?? time.GetUtcNow());
        session.OnCommitted(() => fleet.Forget(fogUuid));
        return fog;
    }

    /// <summary>An agent without a position sends zeros; they do not wipe out a position that is known.</summary>
    private static bool IsUnknownPlace(IReadOnlyDictionary<string, object?> sent) =>
        sent.TryGetValue("latitude", out var latitude) && latitude is 0.0 && sent.TryGetValue("longitude", out var longitude) && longitude is 0.0;

    private static ApiException Gone(string fogUuid) => ApiException.NotFound($"Invalid ioFog UUID '{fogUuid}'");
}
