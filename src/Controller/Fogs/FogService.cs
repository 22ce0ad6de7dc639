using Controller.Agents;
using Controller.Configuration;
using Controller.Hosting;
using Controller.Platform;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Fogs;

/// <summary>Creates, changes and deletes agents (api-workloads 3.3, 3.4 and 3.6).</summary>
internal sealed class FogService(
    Database database, Fleet fleet, ChangeNotifier changes, PlatformQueue queue, ControllerSettings settings, TimeProvider time)
{
    /// <summary>Seconds; with held polls news arrive at once, and the next poll should follow soon (decision 13).</summary>
    private int DefaultChangeFrequency => settings.Jobs.AgentChangesHold > TimeSpan.Zero ? 1 : 20;

    private bool IsKubernetes => settings.App.ControlPlane == ControlPlane.Kubernetes;

    /// <summary>Creates an agent from a validated body and returns its uuid.</summary>
    public async Task<string> CreateAsync(JsonFields body, CancellationToken cancel)
    {
        var uuid = Guid.NewGuid().ToString();
        var name = body.Text("name")!;
        try
        {
            await database.WriteAsync(s => CreateAsync(s, uuid, name, body), Durability.Durable, cancel);
            return uuid;
        }
        catch (DatabaseException e) when (e.Fault == DatabaseFault.UniqueViolation)
        {
            // Another request took the name between the check and the insert.
            throw FogErrors.DuplicateName(name);
        }
    }

    /// <summary>Changes what a validated body names.</summary>
    public async Task UpdateAsync(string uuid, JsonFields body, CancellationToken cancel)
    {
        try
        {
            await database.WriteAsync(s => UpdateAsync(s, uuid, body), Durability.Durable, cancel);
        }
        catch (DatabaseException e) when (e.Fault == DatabaseFault.UniqueViolation && body.Text("name") is { } name)
        {
            throw FogErrors.DuplicateName(name);
        }
    }

    /// <summary>Begins the deletion: the agent stays visible until the worker has removed it.</summary>
    public Task DeleteAsync(string uuid, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            await LockAsync(s, uuid);
            await FogPlatformStore.SetDeletingAsync(s, uuid, time.GetUtcNow());
            await queue.EnqueueFogAsync(s, uuid, FogTaskReason.Delete, null);
        },
        Durability.Durable,
        cancel);

    /// <summary>Asks for another try at the agent's platform.</summary>
    public Task ReconcileAsync(string uuid, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            await LockAsync(s, uuid);
            await FogPlatformStore.RetryAsync(s, uuid, time.GetUtcNow());
            var spec = await FogPlatformStore.FindSpecAsync(s, uuid);
            await queue.EnqueueFogAsync(s, uuid, FogTaskReason.ManualRetry, spec?.Generation);
        },
        Durability.Durable,
        cancel);

    private async Task CreateAsync(DbSession session, string uuid, string name, JsonFields body)
    {
        var isSystem = body.Flag("isSystem") ?? false;
        if (IsKubernetes && isSystem)
        {
            throw ApiException.Validation("System fog can't be created when ControlPlane is Kubernetes");
        }

        var spec = new PlatformSpec().With(body, null, null);
        if (!IsKubernetes && !string.IsNullOrEmpty(spec.Host) && !await FogStore.HasSystemOrHostAsync(session))
        {
            // The first node that others can reach carries the network (decision 29).
            isSystem = true;
            spec = spec with { RouterMode = "interior", NatsMode = "server" };
        }

        spec = spec with { RouterMode = spec.RouterMode ?? "edge" };
        if (isSystem)
        {
            PlatformModes.RequireSystem(spec.RouterMode, spec.NatsMode);
        }

        spec = spec with { NatsMode = spec.NatsMode ?? "leaf" };
        if (await FogStore.IsNameTakenAsync(session, name, uuid))
        {
            throw FogErrors.DuplicateName(name);
        }

        spec = spec with
        {
            UpstreamRouters = await FogRouters.UpstreamsAsync(session, body),
            NetworkRouter = await FogRouters.NetworkAsync(session, body),
        };
        var now = time.GetUtcNow();
        await FogStore.InsertAsync(session, uuid, NewFields(name, body, isSystem), now);
        if (body.Texts("tags") is { } tags)
        {
            await FogRelationStore.SetTagsAsync(session, uuid, [.. tags]);
        }

        const int first = 1;
        await FogPlatformStore.SetSpecAsync(session, new(uuid, spec.ToText(), first), now);
        await FogPlatformStore.SetPendingAsync(session, uuid, now);
        await queue.EnqueueFogAsync(session, uuid, FogTaskReason.SpecChanged, first);
    }

    private Dictionary<string, object?> NewFields(string name, JsonFields body, bool isSystem)
    {
        var fields = FogFields.Defaults(DefaultChangeFrequency);
        var sent = FogFields.Read(body);
        foreach (var (field, value) in sent)
        {
            fields[field] = value;
        }

        fields["name"] = name;
        fields["archId"] = body.Int("archId");
        fields["isSystem"] = isSystem;

        // The new agent pushes its own values first; what the operator chose, and our rhythm, must reach it (decision 9).
        var pending = new SortedSet<string>(AgentConfigFields.Among(sent), StringComparer.Ordinal) { "changeFrequency" };
        fields["pendingConfigKeys"] = PendingConfigKeys.ToText(pending);
        return fields;
    }

    private async Task UpdateAsync(DbSession session, string uuid, JsonFields body)
    {
        var fog = await LockAsync(session, uuid);
        var now = time.GetUtcNow();
        var fields = FogFields.Read(body);
        await RenameAsync(session, fog, body, fields, now);

        var stored = await FogPlatformStore.FindSpecAsync(session, uuid);
        var spec = (stored is null ? new PlatformSpec() : PlatformSpec.Parse(stored.Json)).With(
            body, await FogRouters.UpstreamsAsync(session, body), await FogRouters.NetworkAsync(session, body));
        if (fog.IsSystem)
        {
            var (routerMode, natsMode) = await EffectiveModesAsync(session, uuid, body, spec);
            PlatformModes.RequireSystem(routerMode, natsMode);
        }

        if (body.Flag("isSystem") is { } isSystem && isSystem != fog.IsSystem)
        {
            throw ApiException.Validation("System fog can't be changed");
        }

        if (body.Texts("tags") is { } tags)
        {
            await FogRelationStore.SetTagsAsync(session, uuid, [.. tags]);
        }

        // "auto" does not undo an architecture that is known.
        if (body.Int("archId") is { } archId && (archId != 0 || fog.ArchId == 0))
        {
            fields["archId"] = archId;
        }

        var pending = PendingConfigKeys.Parse(fog.PendingConfigKeys);
        pending.UnionWith(AgentConfigFields.Changed(fog, fields));
        fields["pendingConfigKeys"] = PendingConfigKeys.ToText(pending);
        await FogStore.UpdateAsync(session, uuid, fields, now);
        await changes.RaiseAsync(session, uuid, ChangeFlags.Config);
        if (body.Text("host") is { } host && host != fog.Host)
        {
            await changes.RaiseAsync(session, await ExtraHostStore.ReaddressAsync(session, uuid, host), ChangeFlags.Microservices);
        }

        var generation = (stored?.Generation ?? 0) + 1;
        await FogPlatformStore.SetSpecAsync(session, new(uuid, spec.ToText(), generation), now);
        await FogPlatformStore.SetPendingAsync(session, uuid, now);
        await queue.EnqueueFogAsync(session, uuid, FogTaskReason.SpecChanged, generation);
        session.OnCommitted(() => fleet.Forget(uuid));
    }

    private static async Task RenameAsync(
        DbSession session, FogRow fog, JsonFields body, Dictionary<string, object?> fields, DateTimeOffset now)
    {
        if (body.Text("name") is not { } name || name == fog.Name)
        {
            return;
        }

        if (await FogStore.IsNameTakenAsync(session, name, fog.Uuid))
        {
            throw FogErrors.DuplicateName(name);
        }

        if (!await FogStore.RenameSystemApplicationAsync(session, fog.Name, name, now))
        {
            throw ApiException.Validation($"System application name conflict: system-{name}");
        }

        fields["name"] = name;
    }

    /// <summary>The modes after the change: those of the request, else those that run, else those that are wanted.</summary>
    private static async Task<(string? RouterMode, string? NatsMode)> EffectiveModesAsync(
        DbSession session, string uuid, JsonFields body, PlatformSpec spec)
    {
        var router = (await FogRelationStore.ListRoutersAsync(session, uuid)).FirstOrDefault();
        var nats = (await FogRelationStore.ListNatsAsync(session, uuid)).FirstOrDefault();
        return (
            body.Text("routerMode") ?? (router is null ? spec.RouterMode ?? "none" : router.IsEdge ? "edge" : "interior"),
            body.Text("natsMode") ?? (nats is null ? spec.NatsMode ?? "none" : nats.IsLeaf ? "leaf" : "server"));
    }

    private static async Task<FogRow> LockAsync(DbSession session, string uuid) =>
        await FogStore.LockAsync(session, uuid) && await FogStore.FindAsync(session, uuid) is { } fog ? fog : throw FogErrors.Unknown(uuid);
}
