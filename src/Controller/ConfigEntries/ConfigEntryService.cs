using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.ConfigEntries;

/// <summary>Texts by key, without a meaning here (api-platform 4).</summary>
internal sealed class ConfigEntryService(Database database, TimeProvider time)
{
    public async Task<ConfigEntryListBody> ListAsync(CancellationToken cancel) =>
        new((await database.ReadAsync(ConfigStore.ListAsync, cancel)).ConvertAll(r => new ConfigEntryBody(r.Key, r.Value)));

    /// <exception cref="ApiException">404.</exception>
    public async Task<ConfigEntryBody> GetAsync(string key, CancellationToken cancel)
    {
        var row = await database.ReadAsync(s => ConfigStore.FindAsync(s, key), cancel)
            ?? throw ApiException.NotFound($"Unkown config key '{key}'"); // spelt as clients know it
        return new(row.Key, row.Value);
    }

    /// <param name="body">A body of <see cref="ConfigEntrySchemas.Set"/>.</param>
    /// <param name="cancel">Gives up.</param>
    public Task<ConfigEntrySavedBody> SetAsync(JsonFields body, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            var key = body.Text("key")!;
            await ConfigStore.SetAsync(s, key, body.Text("value")!, time.GetUtcNow());
            var row = (await ConfigStore.FindAsync(s, key))!;
            return new ConfigEntrySavedBody(row.Id, row.Key, row.Value, row.CreatedAt, row.UpdatedAt);
        },
        Durability.Durable,
        cancel);
}
