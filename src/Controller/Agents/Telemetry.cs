using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Agents;

/// <summary>
/// Takes what agents report and gives operators the newest of it. Where this process owns the database, values are
/// kept in memory and written behind; a state transition is written at once. On a shared database they are written
/// directly (decision 26 b).
/// </summary>
internal sealed class Telemetry(Database database, TimeProvider time)
{
    private const int FogsPerTransaction = 64;

    /// <summary>On a shared database a mere poll updates last_active at most this often.</summary>
    private static readonly TimeSpan SeenInterval = TimeSpan.FromSeconds(10);

    /// <summary>An agent made an authenticated call.</summary>
    public void Seen(FogEntry fog, DateTimeOffset now)
    {
        var ms = now.ToUnixTimeMilliseconds();
        lock (fog.Telemetry)
        {
            fog.Telemetry.Dirty |= database.IsSoleOwner || ms - (fog.Telemetry.LastActive ?? 0) > SeenInterval.TotalMilliseconds;
            fog.Telemetry.LastActive = ms;
        }
    }

    /// <summary>The set of microservices of a fog changed: read it again before the next report is judged.</summary>
    public static void MicroservicesChanged(FogEntry fog)
    {
        lock (fog.Telemetry)
        {
            fog.Telemetry.Stale = true;
        }
    }

    /// <summary>
    /// The stored status of a microservice was set anew, not by its agent: what the agent said before counts no more.
    /// Call it after the commit.
    /// </summary>
    public static void Forget(FogEntry? fog, string microserviceUuid)
    {
        if (fog is null)
        {
            return;
        }

        lock (fog.Telemetry)
        {
            fog.Telemetry.Stale = true;
            fog.Telemetry.Version++;
            fog.Telemetry.Microservices?.Remove(microserviceUuid);
            fog.Telemetry.DirtyMicroservices.Remove(microserviceUuid);
            fog.Telemetry.Reported.Remove(microserviceUuid);
        }
    }

    /// <summary>
    /// Takes a report. Completes when a state transition in it is in the database; without one, when it is in
    /// memory (sole owner) or in the database (shared).
    /// </summary>
    public async Task ReportAsync(FogEntry fog, FogStatus node, IReadOnlyList<MicroserviceStatus> microservices, CancellationToken cancel)
    {
        if (!database.IsSoleOwner)
        {
            NoteRestart(fog, node);
            node = node with { LastActive = time.GetUtcNow().ToUnixTimeMilliseconds() };
            if (microservices.Count == 0)
            {
                // One statement needs no transaction of three round trips.
                await database.AutoCommitAsync(async s => { await TelemetryStore.WriteAsync(s, fog.Uuid, node, null); return true; }, cancel);
                return;
            }

            await WriteAsync([new(fog, node, null, microservices)], cancel);
            return;
        }

        if (microservices.Count > 0)
        {
            await LoadMicroservicesAsync(fog, cancel);
        }

        bool transition;
        lock (fog.Telemetry)
        {
            transition = Merge(fog, node, microservices);
        }

        if (transition)
        {
            await FlushAsync([fog], cancel);
        }
    }

    /// <summary>Writes a change of the node's state that did not come from its agent (offline, deprovisioned).</summary>
    public async Task TransitionAsync(FogEntry fog, FogStatus change, Func<MicroserviceStatus, MicroserviceStatus?> microservice, CancellationToken cancel)
    {
        await LoadMicroservicesAsync(fog, cancel);
        lock (fog.Telemetry)
        {
            var changed = fog.Telemetry.Microservices!.Values.Select(microservice).OfType<MicroserviceStatus>().ToList();
            Merge(fog, change, changed);
        }

        await FlushAsync([fog], cancel);
    }

    /// <summary>Writes everything that is newer in memory than in the database.</summary>
    public async Task FlushAsync(IEnumerable<FogEntry> known, CancellationToken cancel)
    {
        foreach (var some in known.Where(IsDirty).Chunk(FogsPerTransaction))
        {
            var taken = some.Select(Take).ToList();
            try
            {
                await WriteAsync(taken, cancel);
            }
            catch
            {
                taken.ForEach(GiveBack);
                throw;
            }
        }
    }

    /// <summary>The newest values of a node: those in memory when they are newer.</summary>
    public FogStatus Newest(FogEntry? fog, FogStatus stored)
    {
        if (fog is null || !database.IsSoleOwner)
        {
            return stored;
        }

        lock (fog.Telemetry)
        {
            return stored.Merge(fog.Telemetry.Newest);
        }
    }

    /// <summary>The newest values of a microservice: what its agent reported, else what is stored.</summary>
    public MicroserviceStatus Newest(FogEntry? fog, MicroserviceStatus stored)
    {
        if (fog is null || !database.IsSoleOwner)
        {
            return stored;
        }

        lock (fog.Telemetry)
        {
            return fog.Telemetry.Reported.Contains(stored.MicroserviceUuid) ? fog.Telemetry.Microservices![stored.MicroserviceUuid] : stored;
        }
    }

    private static bool IsDirty(FogEntry fog)
    {
        lock (fog.Telemetry)
        {
            return fog.Telemetry.Dirty || fog.Telemetry.DirtyMicroservices.Count > 0;
        }
    }

    /// <summary>Lays a report over the known values; true when a state in it is new. Called under the lock.</summary>
    private bool Merge(FogEntry fog, FogStatus node, IReadOnlyList<MicroserviceStatus> microservices)
    {
        NoteRestart(fog, node);
        var telemetry = fog.Telemetry;
        var transition = node.DaemonStatus is not null && node.DaemonStatus != telemetry.Status.DaemonStatus;
        telemetry.Status.Take(node);
        telemetry.Dirty = true;
        telemetry.Version += microservices.Count;

        foreach (var report in microservices)
        {
            // Unknown here: deleted, or another fog's. Skipped silently (agent-wire 21.2).
            if (telemetry.Microservices!.TryGetValue(report.MicroserviceUuid, out var known))
            {
                transition |= report.Status is not null && report.Status != known.Status;
                telemetry.Microservices[report.MicroserviceUuid] = known.Merge(report) with { UpdatedAt = time.GetUtcNow() };
                telemetry.DirtyMicroservices.Add(report.MicroserviceUuid);
                telemetry.Reported.Add(report.MicroserviceUuid);
            }
        }

        return transition;
    }

    private async Task LoadMicroservicesAsync(FogEntry fog, CancellationToken cancel)
    {
        lock (fog.Telemetry)
        {
            if (fog.Telemetry is { Microservices: not null, Stale: false } && database.IsSoleOwner)
            {
                return;
            }

            fog.Telemetry.Stale = false;
        }

        var rows = await database.ReadAsync(s => TelemetryStore.ListMicroservicesAsync(s, fog.Uuid), cancel);
        lock (fog.Telemetry)
        {
            fog.Telemetry.Version++;
            var newer = fog.Telemetry.Microservices;
            fog.Telemetry.Microservices = rows.ToDictionary(
                r => r.MicroserviceUuid,
                r => fog.Telemetry.Reported.Contains(r.MicroserviceUuid) ? newer![r.MicroserviceUuid] : r,
                StringComparer.Ordinal);
            fog.Telemetry.DirtyMicroservices.RemoveWhere(u => !fog.Telemetry.Microservices.ContainsKey(u));
            fog.Telemetry.Reported.RemoveWhere(u => !fog.Telemetry.Microservices.ContainsKey(u));
        }
    }

    private Task WriteAsync(IReadOnlyList<Report> reports, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            var now = time.GetUtcNow();
            var removed = 0;
            foreach (var (fog, status, mark, microservices) in reports)
            {
                await TelemetryStore.WriteAsync(s, fog.Uuid, status, mark);
                foreach (var microservice in microservices)
                {
                    await TelemetryStore.WriteMicroserviceAsync(s, fog.Uuid, microservice, microservice.UpdatedAt ?? now);
                }

                if (microservices.Any(m => m.Status is "UNKNOWN" or "STOPPING" or "DELETING" or "MARKED_FOR_DELETION"))
                {
                    removed += await TelemetryStore.RemoveDyingAsync(s, fog.Uuid);
                }
            }

            if (removed == 0)
            {
                s.NothingElseChanges();
            }
        },
        Durability.Relaxed,
        cancel);

    private Report Take(FogEntry fog)
    {
        lock (fog.Telemetry)
        {
            var telemetry = fog.Telemetry;
            var microservices = telemetry.DirtyMicroservices.Select(u => telemetry.Microservices![u]).ToList();
            telemetry.DirtyMicroservices.Clear();
            telemetry.Dirty = false;
            // Another replica may know better about everything but what was seen here.
            return database.IsSoleOwner
                ? new(fog, telemetry.Newest, fog.SignedAtMark == 0 ? null : fog.SignedAtMark, microservices)
                : new(fog, new FogStatus { LastActive = telemetry.LastActive }, null, microservices);
        }
    }

    private static void GiveBack(Report report)
    {
        lock (report.Fog.Telemetry)
        {
            var telemetry = report.Fog.Telemetry;
            telemetry.Dirty = true;
            telemetry.DirtyMicroservices.UnionWith(report.Microservices.Select(m => m.MicroserviceUuid).Where(telemetry.Reported.Contains));
        }
    }

    /// <summary>A restarted agent is initializing: its next poll is not held.</summary>
    private static void NoteRestart(FogEntry fog, FogStatus node)
    {
        lock (fog.Telemetry)
        {
            if (node.DaemonLastStart is { } start && start != fog.Telemetry.Status.DaemonLastStart)
            {
                fog.Telemetry.Status.DaemonLastStart = start;
                fog.Polls.Reset();
            }
        }
    }

    private sealed record Report(FogEntry Fog, FogStatus Status, long? Mark, IReadOnlyList<MicroserviceStatus> Microservices);
}
