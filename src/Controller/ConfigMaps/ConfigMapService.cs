using Controller.Hosting;
using Controller.Secrets;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.ConfigMaps;

/// <summary>The rules for config maps (api-platform 10). They are kept as secrets are.</summary>
internal sealed class ConfigMapService(Database database, SecretData data, DataConsumers consumers, TimeProvider time)
{
    public async Task<ConfigMapListBody> ListAsync(CancellationToken cancel) =>
        new((await database.ReadAsync(ConfigMapStore.ListAsync, cancel)).ConvertAll(Body));

    /// <exception cref="ApiException">404.</exception>
    public async Task<ConfigMapDataBody> GetAsync(string name, CancellationToken cancel)
    {
        var row = await database.ReadAsync(s => ConfigMapStore.FindAsync(s, name), cancel) ?? throw ConfigMapErrors.Unknown(name);
        return new(row.Id, row.Name, row.Immutable, row.UseVault, data.Open(name, row.Data!) ?? [], row.CreatedAt, row.UpdatedAt);
    }

    /// <param name="body">A body of <see cref="ConfigMapSchemas.Create"/>.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ApiException">400 for values that are no text, 409 for a name that is taken.</exception>
    public async Task<ConfigMapBody> CreateAsync(JsonFields body, CancellationToken cancel)
    {
        var name = body.Text("name")!;
        var now = time.GetUtcNow();
        var row = new ConfigMapRow(
            0, name, body.Flag("immutable") ?? false, body.Flag("useVault") ?? true, data.Seal(name, DataObject.Read(body)), now, now);
        try
        {
            return Body(row with { Id = await database.WriteAsync(s => ConfigMapStore.InsertAsync(s, row, now), Durability.Durable, cancel) });
        }
        catch (DatabaseException e) when (e.Fault == DatabaseFault.UniqueViolation)
        {
            throw ConfigMapErrors.Duplicate(name);
        }
    }

    /// <summary>Replaces the data.</summary>
    /// <param name="name">The name in the path.</param>
    /// <param name="body">A body of <see cref="ConfigMapSchemas.Update"/>.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ApiException">404; 400 for an immutable one, or values that are no text.</exception>
    public Task<ConfigMapBody> UpdateAsync(string name, JsonFields body, CancellationToken cancel)
    {
        var values = DataObject.Read(body);
        return database.WriteAsync(
            async s =>
            {
                var row = await ConfigMapStore.FindForUpdateAsync(s, name) ?? throw ConfigMapErrors.Unknown(name);
                if (row.Immutable)
                {
                    throw ConfigMapErrors.Immutable(name);
                }

                var now = time.GetUtcNow();
                row = row with
                {
                    Immutable = body.Flag("immutable") ?? row.Immutable,
                    UseVault = body.Flag("useVault") ?? row.UseVault,
                    Data = data.Seal(name, values),
                    UpdatedAt = now,
                };
                await ConfigMapStore.UpdateAsync(s, row, now);
                await consumers.ChangedAsync(s, DataKind.ConfigMap, name);
                return Body(row);
            },
            Durability.Durable,
            cancel);
    }

    /// <summary>Deletes a config map, an immutable one too, and the volume mounts of it.</summary>
    /// <exception cref="ApiException">404.</exception>
    public Task DeleteAsync(string name, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            var row = await ConfigMapStore.FindForUpdateAsync(s, name) ?? throw ConfigMapErrors.Unknown(name);
            await consumers.DeletingAsync(s, DataKind.ConfigMap, name);
            await ConfigMapStore.DeleteAsync(s, row.Id);
        },
        Durability.Durable,
        cancel);

    private static ConfigMapBody Body(ConfigMapRow row) => new(row.Id, row.Name, row.Immutable, row.UseVault, row.CreatedAt, row.UpdatedAt);
}
