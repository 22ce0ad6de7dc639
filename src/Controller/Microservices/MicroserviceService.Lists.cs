using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Microservices;

/// <content>The lists of a changed microservice: each one that is sent replaces the stored one as a whole.</content>
internal sealed partial class MicroserviceService
{
    /// <summary>The lists of a body, checked; null ones were not sent.</summary>
    private sealed record NewLists(
        IReadOnlyList<PortRow>? Ports,
        IReadOnlyList<ExtraHostRow>? ExtraHosts,
        IReadOnlyList<VolumeMappingRow>? VolumeMappings,
        IReadOnlyList<VolumeMountRow> Mounts,
        IReadOnlyList<EnvRow>? Env,
        IReadOnlyList<string>? Cmd,
        IReadOnlyList<string>? CdiDevices,
        IReadOnlyList<string>? CapAdd,
        IReadOnlyList<string>? CapDrop,
        bool NeedRebuild);

    private async Task<NewLists> ReadListsAsync(
        MicroserviceReferences references, MicroserviceRow existing, JsonFields body, FogTarget? fog, bool moved, UpdateRules rules)
    {
        var session = references.Session;
        var hosts = await MicroserviceHosts.ReadAsync(references, body, fog?.Uuid);
        var ports = MicroservicePorts.Read(body);
        MicroservicePorts.RefuseReserved(ports ?? []);
        if (fog is not null && (moved || ports is not null))
        {
            await MicroservicePorts.RequireFreeAsync(references, fog.Uuid, [.. ports ?? existing.Ports], existing.Uuid);
        }

        // The mapping of the NATS credentials is the Controller's; a client that sends back what it read has it in its list.
        var mappings = MicroserviceVolumes.Read(body)?.Where(m => m.HostDestination != existing.NatsCredsSecretName).ToList();
        var mounts = await volumes.CheckAsync(session, mappings ?? []);
        var env = await environment.ReadAsync(session, body);
        if (env is not null && existing.NatsCredsSecretName is not null)
        {
            // Set by the Controller, so no client has it in its list.
            var kept = existing.Env.Where(e => e.Key == NatsCredentialsVariable && !env.Exists(n => n.Key == e.Key)).ToList();
            env.AddRange(kept);
        }

        var cmd = body.Texts("cmd");
        var cdi = body.Texts("cdiDevices");
        var capAdd = body.Texts("capAdd");
        var capDrop = body.Texts("capDrop");

        bool Changes<T>(IReadOnlyList<T>? list, IEnumerable<T> stored) =>
            list is not null && !(rules.RebuildOnlyIfDifferent && list.SequenceEqual(stored));

        var rebuild = Changes(ports, existing.Ports)
            || Changes(hosts, existing.ExtraHosts)
            || Changes(mappings, Own(existing).Select(m => m with { Id = 0 }))
            || Changes(env, existing.Env)
            || Changes(cmd, existing.Cmd)
            || Changes(cdi, existing.CdiDevices)
            || Changes(capAdd, existing.CapAdd)
            || Changes(capDrop, existing.CapDrop);
        return new NewLists(ports, hosts, mappings, mounts, env, cmd, cdi, capAdd, capDrop, rebuild);
    }

    /// <summary>Writes the lists that differ: most of them come back as they were.</summary>
    private static async Task WriteListsAsync(
        DbSession session, MicroserviceRow existing, MicroserviceRow row, NewLists lists, DateTimeOffset now)
    {
        if (lists.Ports is { } ports && !ports.SequenceEqual(existing.Ports))
        {
            await MicroserviceChildStore.ReplacePortsAsync(session, row.Uuid, ports, now);
        }

        if (lists.ExtraHosts is { } hosts && !hosts.SequenceEqual(existing.ExtraHosts))
        {
            await MicroserviceChildStore.ReplaceExtraHostsAsync(session, row.Uuid, hosts);
        }

        if (lists.Env is { } env && !env.SequenceEqual(existing.Env))
        {
            await MicroserviceChildStore.ReplaceEnvAsync(session, row.Uuid, env);
        }

        if (lists.Cmd is { } cmd && !cmd.SequenceEqual(existing.Cmd))
        {
            await MicroserviceChildStore.ReplaceCmdAsync(session, row.Uuid, cmd);
        }

        if (lists.CdiDevices is { } cdi && !cdi.SequenceEqual(existing.CdiDevices))
        {
            await MicroserviceChildStore.ReplaceCdiDevicesAsync(session, row.Uuid, cdi);
        }

        if (lists.CapAdd is { } capAdd && !capAdd.SequenceEqual(existing.CapAdd))
        {
            await MicroserviceChildStore.ReplaceCapAddAsync(session, row.Uuid, capAdd);
        }

        if (lists.CapDrop is { } capDrop && !capDrop.SequenceEqual(existing.CapDrop))
        {
            await MicroserviceChildStore.ReplaceCapDropAsync(session, row.Uuid, capDrop);
        }

        await WriteVolumeMappingsAsync(session, existing, row, lists.VolumeMappings);
    }

    private static async Task WriteVolumeMappingsAsync(
        DbSession session, MicroserviceRow existing, MicroserviceRow row, IReadOnlyList<VolumeMappingRow>? mappings)
    {
        if (mappings is not null && !mappings.SequenceEqual(Own(existing).Select(m => m with { Id = 0 })))
        {
            await MicroserviceChildStore.RemoveVolumeMappingsAsync(session, row.Uuid, Own(existing).Select(m => m.Id));
            await MicroserviceChildStore.AddVolumeMappingsAsync(session, row.Uuid, mappings);
        }

        if (!existing.VolumeMappings.Any(m => m.Type == MicroserviceVolumes.ServiceAccount))
        {
            await MicroserviceChildStore.AddVolumeMappingsAsync(session, row.Uuid, [MicroserviceVolumes.ServiceAccountVolume(row.Name)]);
        }
    }

    /// <summary>The mappings that clients manage: not the service account's volume, not that of the NATS credentials.</summary>
    private static IEnumerable<VolumeMappingRow> Own(MicroserviceRow row) => row.VolumeMappings.Where(m =>
        m.Type != MicroserviceVolumes.ServiceAccount
        && (row.NatsCredsSecretName is null || m.HostDestination != row.NatsCredsSecretName));
}
