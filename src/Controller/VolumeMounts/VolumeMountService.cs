using Controller.Agents;
using Controller.ConfigMaps;
using Controller.Hosting;
using Controller.Secrets;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.VolumeMounts;

/// <summary>The rules for volume mounts and the nodes they are linked to (api-platform 11).</summary>
internal sealed class VolumeMountService(Database database, ChangeNotifier changes, TimeProvider time)
{
    public async Task<IReadOnlyList<VolumeMountBody>> ListAsync(CancellationToken cancel) =>
        (await database.ReadAsync(VolumeMountStore.ListAsync, cancel)).ConvertAll(Body);

    /// <exception cref="ApiException">404.</exception>
    public async Task<VolumeMountBody> GetAsync(string name, CancellationToken cancel) =>
        Body(await database.ReadAsync(s => VolumeMountStore.FindAsync(s, name), cancel) ?? throw VolumeMountErrors.Unknown(name));

    /// <exception cref="ApiException">404.</exception>
    public Task<VolumeMountLinksBody> GetLinksAsync(string name, CancellationToken cancel) => database.ReadAsync(
        async s =>
        {
            var mount = await VolumeMountStore.FindAsync(s, name) ?? throw VolumeMountErrors.Unknown(name);
            return new VolumeMountLinksBody(await VolumeMountStore.ListFogsAsync(s, mount.Uuid));
        },
        cancel);

    /// <param name="body">A body of <see cref="VolumeMountSchemas.Create"/>.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ApiException">400 for a name that is taken, or not exactly one source; 404 for an unknown source.</exception>
    public Task<VolumeMountBody> CreateAsync(JsonFields body, CancellationToken cancel)
    {
        var source = SourceOf(body);
        var mount = new VolumeMountRow(Guid.NewGuid().ToString(), body.Text("name")!, source.ConfigMap, source.Secret);
        return database.WriteAsync(
            async s =>
            {
                // No index keeps names apart. Its row is locked until the end: replicas look one after the other.
                await StateStore.SetAsync(s, "volumeMountName", mount.Name, time.GetUtcNow());
                if (await VolumeMountStore.FindAsync(s, mount.Name) is not null)
                {
                    throw VolumeMountErrors.Duplicate(mount.Name);
                }

                await RequireAsync(s, source);
                await VolumeMountStore.InsertAsync(s, mount, time.GetUtcNow());
                return Body(mount);
            },
            Durability.Durable,
            cancel);
    }

    /// <summary>Gives a mount a source, which may be the one that it has.</summary>
    /// <param name="name">The name in the path.</param>
    /// <param name="body">A body of <see cref="VolumeMountSchemas.Update"/>.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ApiException">400 for not exactly one source; 404.</exception>
    public Task<VolumeMountBody> UpdateAsync(string name, JsonFields body, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            // The source first, as a change of the source has it: the two never wait for each other.
            var source = SourceOf(body);
            await RequireAsync(s, source);
            var mount = await FindForUpdateAsync(s, name);
            mount = mount with { SecretName = source.Secret, ConfigMapName = source.ConfigMap, Version = mount.Version + 1 };
            await VolumeMountStore.UpdateAsync(s, mount, time.GetUtcNow());
            await TellAsync(s, await VolumeMountStore.ListFogsAsync(s, mount.Uuid));
            return Body(mount);
        },
        Durability.Durable,
        cancel);

    /// <exception cref="ApiException">404.</exception>
    public Task DeleteAsync(string name, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            var mount = await FindForUpdateAsync(s, name);
            await TellAsync(s, await VolumeMountStore.ListFogsAsync(s, mount.Uuid));
            await VolumeMountStore.DeleteAsync(s, mount.Uuid);
        },
        Durability.Durable,
        cancel);

    /// <summary>Links a mount to nodes; those that have it already are not told.</summary>
    /// <exception cref="ApiException">404 for an unknown mount or node: then none is linked.</exception>
    public Task<VolumeMountBody> LinkAsync(string name, JsonFields body, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            var mount = await FindForUpdateAsync(s, name);
            var fogs = await RequireFogsAsync(s, body);
            var added = await VolumeMountStore.LinkAsync(s, [.. fogs.Select(f => (mount.Uuid, f))]);
            await TellAsync(s, added.Select(l => l.Fog));
            return Body(mount);
        },
        Durability.Durable,
        cancel);

    /// <summary>Takes a mount away from nodes.</summary>
    /// <exception cref="ApiException">404 for an unknown mount or node: then none loses it.</exception>
    public Task UnlinkAsync(string name, JsonFields body, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            var mount = await FindForUpdateAsync(s, name);
            var fogs = await RequireFogsAsync(s, body);
            await VolumeMountStore.UnlinkAsync(s, mount.Uuid, fogs);
            await TellAsync(s, fogs);
        },
        Durability.Durable,
        cancel);

    private static VolumeMountBody Body(VolumeMountRow row) => new(row.Uuid, row.Name, row.ConfigMapName, row.SecretName, row.Version);

    private static (string? Secret, string? ConfigMap) SourceOf(JsonFields body) => (body.Text("secretName"), body.Text("configMapName")) switch
    {
        (null, null) => throw VolumeMountErrors.NoSource(),
        (not null, not null) => throw VolumeMountErrors.TwoSources(),
        var source => source,
    };

    /// <summary>From here on the source cannot be deleted until the transaction ends.</summary>
    private static async Task RequireAsync(DbSession session, (string? Secret, string? ConfigMap) source)
    {
        if (source.Secret is { } secret && await SecretStore.FindForUpdateAsync(session, secret) is null)
        {
            throw SecretErrors.Unknown(secret);
        }

        if (source.ConfigMap is { } map && await ConfigMapStore.FindForUpdateAsync(session, map) is null)
        {
            throw ConfigMapErrors.Unknown(map);
        }
    }

    private static async Task<VolumeMountRow> FindForUpdateAsync(DbSession session, string name) =>
        await VolumeMountStore.FindForUpdateAsync(session, name) ?? throw VolumeMountErrors.Unknown(name);

    /// <summary>The nodes of a body; they cannot be deleted until the transaction ends.</summary>
    private static async Task<List<string>> RequireFogsAsync(DbSession session, JsonFields body)
    {
        var wanted = body.Texts("fogUuids")!.Distinct(StringComparer.Ordinal).ToList();
        await FogTargetStore.LockAsync(session, wanted);
        var known = (await FogTargetStore.ListAsync(session, wanted, [])).Select(f => f.Uuid).ToHashSet(StringComparer.Ordinal);
        return wanted.Find(f => !known.Contains(f)) is { } unknown ? throw VolumeMountErrors.UnknownFog(unknown) : wanted;
    }

    private Task TellAsync(DbSession session, IEnumerable<string> fogs) => changes.RaiseAsync(session, fogs, ChangeFlags.VolumeMounts);
}
