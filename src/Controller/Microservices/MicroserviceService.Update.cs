using Controller.Agents;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Microservices;

/// <content>Changing a microservice (api-workloads 6.5): only what the body names changes (decision 23).</content>
internal sealed partial class MicroserviceService
{
    private const int LowestUserSchedule = 6;
    private const int HighestSystemSchedule = 5;
    private const string NatsCredentialsVariable = "NATS_CREDS_PATH";

    /// <summary>Changes a microservice. Whether the caller may change this one is the caller's question.</summary>
    /// <param name="session">Session of the caller's transaction.</param>
    /// <param name="existing">As read in this transaction.</param>
    /// <param name="body">What changes.</param>
    /// <param name="system">By the rules of system microservices.</param>
    public Task UpdateAsync(DbSession session, MicroserviceRow existing, JsonFields body, bool system) =>
        UpdateAsync(session, existing, body, system ? UpdateRules.System : UpdateRules.User);

    /// <inheritdoc cref="UpdateAsync(DbSession, MicroserviceRow, JsonFields, bool)"/>
    public Task UpdateAsync(DbSession session, MicroserviceRow existing, JsonFields body, UpdateRules rules) =>
        UpdateAsync(new MicroserviceReferences(session, body), existing, body, rules);

    /// <summary>As above, as one of several changes in a request.</summary>
    public async Task UpdateAsync(MicroserviceReferences references, MicroserviceRow existing, JsonFields body, UpdateRules rules)
    {
        var session = references.Session;
        var now = time.GetUtcNow();
        MicroserviceNats.RefuseTopLevel(body.Element);
        var nats = rules.IsSystem ? new NatsChoice(null, null) : await MicroserviceNats.ReadAsync(session, body, now);
        var name = await NameAsync(session, existing, body, rules);
        var schedule = Schedule(existing, body, rules);

        // An unknown fog counts as none: the microservice stays where it is.
        var target = await references.FogAsync(body);
        var moved = target is not null && target.Uuid != existing.FogUuid;
        var fog = target ?? (existing.FogUuid is { } uuid ? await references.FogAsync(uuid) : null);
        if (fog is not null)
        {
            RequireRuntime(body, fog);
        }

        var lists = await ReadListsAsync(references, existing, body, fog, moved, rules);
        await RequireRegistryAsync(references, body);
        var images = await MicroserviceImages.ForUpdateAsync(references, existing, body, fog, moved, rules);
        await CheckNatsAsync(session, existing, nats);
        var role = await MicroserviceAccounts.ReadAsync(references, body);

        var config = body.Text("config") is { } c ? JsonText.Normalize("config", c) : existing.Config;
        var row = existing with
        {
            Name = name,
            Config = config,
            ConfigLastUpdated = config == existing.Config ? existing.ConfigLastUpdated : now.ToUnixTimeMilliseconds(),
            Annotations = body.Text("annotations") is { } a ? JsonText.Normalize("annotations", a) : existing.Annotations,
            LogSize = body.Long("logSize") ?? existing.LogSize,
            UpdatedAt = now,
            CatalogItemId = images.CatalogItemId,
            RegistryId = images.RegistryId,
            FogUuid = moved ? target!.Uuid : existing.FogUuid,
            RunAsUser = body.Text("runAsUser") ?? existing.RunAsUser,
            Platform = body.Text("platform") ?? existing.Platform,
            Runtime = body.Text("runtime") ?? existing.Runtime,
            PidMode = body.Text("pidMode") ?? existing.PidMode,
            IpcMode = body.Text("ipcMode") ?? existing.IpcMode,
            Schedule = schedule,
            CpuSetCpus = body.Text("cpuSetCpus") ?? existing.CpuSetCpus,
            MemoryLimit = body.Has("memoryLimit") ? MemoryLimit(body) : existing.MemoryLimit,
            HostNetworkMode = body.Flag("hostNetworkMode") ?? existing.HostNetworkMode,
            IsPrivileged = body.Flag("isPrivileged") ?? existing.IsPrivileged,
            NatsAccess = nats.Access ?? existing.NatsAccess,
            NatsRuleId = nats.Access == false ? null : nats.RuleId ?? existing.NatsRuleId,
        };
        row = row with
        {
            Rebuild = body.Flag("rebuild") == true
                || existing.Rebuild
                || images.Changed
                || lists.NeedRebuild
                || Differs(existing, row)
                || Restates(body, rules),
        };

        await WriteAsync(session, existing, row, now);
        if (images.Changed)
        {
            await MicroserviceChildStore.ReplaceImagesAsync(session, row.Uuid, images.Own);
        }

        await WriteListsAsync(session, existing, row, lists, now);
        if (body.Has("healthCheck") && MicroserviceHealth.Read(body) is var check && check != existing.HealthCheck)
        {
            await MicroserviceChildStore.ReplaceHealthCheckAsync(session, row.Uuid, check, now);
        }

        if (role is not null || existing.ServiceAccount is null)
        {
            await MicroserviceAccounts.SetAsync(session, row, role, now);
        }

        await FollowAsync(session, existing, row, lists, now);
        await changes.RaiseAsync(session, new[] { existing.FogUuid, row.FogUuid }.OfType<string>(), ChangeFlags.Microservices);
    }

    private static async Task<string> NameAsync(DbSession session, MicroserviceRow existing, JsonFields body, UpdateRules rules)
    {
        var name = body.Text("name") ?? existing.Name;
        if (name == existing.Name)
        {
            return name;
        }

        // The Controller finds its own microservices by their names.
        if (rules.IsSystem)
        {
            throw ApiException.Validation("Microservice Resource Name is immutable");
        }

        return existing.ApplicationId is { } application
            && await MicroserviceStore.IsNameTakenAsync(session, application, name, existing.Uuid)
                ? throw MicroserviceErrors.DuplicateName(name)
                : name;
    }

    private static int Schedule(MicroserviceRow existing, JsonFields body, UpdateRules rules)
    {
        // potctl prints a schedule that nobody set as 0.
        if (body.Int("schedule") is { } schedule && (rules.IsSystem || schedule != 0))
        {
            if (rules.IsSystem && schedule > HighestSystemSchedule)
            {
                throw ApiException.Validation("System microservice schedule must be between 0 and 5");
            }

            if (!rules.IsSystem && schedule < LowestUserSchedule)
            {
                throw ApiException.Validation("Microservice schedule must be between 6 and 100");
            }

            return existing.IsController ? 0 : schedule;
        }

        return existing.IsController ? 0 : existing.Schedule;
    }

    private static async Task CheckNatsAsync(DbSession session, MicroserviceRow existing, NatsChoice nats)
    {
        if (nats.Access == true)
        {
            var application = existing.ApplicationId is { } id ? await ApplicationRefStore.FindAsync(session, id) : null;
            MicroserviceNats.RequireAllowed(true, application);
        }
    }

    private static bool Differs(MicroserviceRow a, MicroserviceRow b) =>
        a.HostNetworkMode != b.HostNetworkMode
        || a.IsPrivileged != b.IsPrivileged
        || a.Schedule != b.Schedule
        || a.RegistryId != b.RegistryId
        || a.PidMode != b.PidMode
        || a.IpcMode != b.IpcMode
        || a.CpuSetCpus != b.CpuSetCpus
        || a.MemoryLimit != b.MemoryLimit
        || a.RunAsUser != b.RunAsUser
        || a.Platform != b.Platform
        || a.Runtime != b.Runtime
        || a.Annotations != b.Annotations
        || a.Name != b.Name;

    /// <summary>Naming one of these is a reason to recreate the container even if the value is the old one.</summary>
    private static bool Restates(JsonFields body, UpdateRules rules) =>
        !rules.RebuildOnlyIfDifferent
        && (body.Has("memoryLimit")
            || body.Has("annotations")
            || new[] { "pidMode", "ipcMode", "cpuSetCpus", "runAsUser", "platform", "runtime" }.Any(f => NonEmpty(body.Text(f)) is not null));

    private static async Task WriteAsync(DbSession session, MicroserviceRow existing, MicroserviceRow row, DateTimeOffset now)
    {
        try
        {
            await MicroserviceStore.UpdateAsync(session, row);
            if (row.Name != existing.Name)
            {
                await MicroserviceChildStore.RenameServiceAccountVolumeAsync(session, row.Uuid, row.Name);
                await ServiceAccountStore.RenameAsync(session, row.Uuid, row.Name, now);
            }
        }
        catch (DatabaseException e) when (e.Fault == DatabaseFault.UniqueViolation)
        {
            throw MicroserviceErrors.DuplicateName(row.Name);
        }
    }

    /// <summary>What a move brings with it (api-workloads 6.5).</summary>
    private async Task FollowAsync(DbSession session, MicroserviceRow existing, MicroserviceRow row, NewLists lists, DateTimeOffset now)
    {
        if (row.FogUuid is not { } fog)
        {
            return;
        }

        await volumes.LinkAsync(session, lists.Mounts.Select(m => (m, fog)));
        if (fog == existing.FogUuid)
        {
            return;
        }

        if (lists.VolumeMappings is null)
        {
            var mounts = await MicroserviceVolumes.MountsOfAsync(session, existing.VolumeMappings);
            await volumes.LinkAsync(session, mounts.Select(m => (m, fog)));
        }

        await MicroserviceChildStore.ResetStatusAsync(session, row.Uuid, now);
        session.OnCommitted(() =>
        {
            // Also where it comes from: it may come back.
            Telemetry.Forget(fleet.Find(fog), row.Uuid);
            Telemetry.Forget(existing.FogUuid is { } former ? fleet.Find(former) : null, row.Uuid);
        });
        var owners = await ExtraHostStore.RetargetAsync(session, row.Uuid, fog);
        await MicroserviceStore.MarkForRebuildAsync(session, owners.ConvertAll(o => o.Uuid));
        await changes.RaiseAsync(session, owners.Select(o => o.FogUuid).OfType<string>(), ChangeFlags.Microservices);
    }
}
