using System.Globalization;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Catalog;

/// <summary>Reads catalog items with everything that belongs to them.</summary>
internal sealed class CatalogReader(Database database)
{
    public async Task<CatalogListBody> ListAsync(CancellationToken cancel) =>
        new(await database.ReadAsync(async s => await CompleteAsync(s, await CatalogStore.ListAsync(s)), cancel));

    /// <exception cref="ApiException">404 when there is none.</exception>
    public Task<CatalogItemBody> GetAsync(string id, CancellationToken cancel) => database.ReadAsync(
        async s =>
        {
            var item = await CatalogStore.FindAsync(s, ParseId(id)) ?? throw NoSuchItem(id);
            return (await CompleteAsync(s, [item]))[0];
        },
        cancel);

    /// <summary>The id in a path.</summary>
    /// <exception cref="ApiException">404 when it cannot be one.</exception>
    public static int ParseId(string id) =>
        int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw NoSuchItem(id);

    public static ApiException NoSuchItem(string id) => ApiException.NotFound($"Invalid catalog item id '{id}'");

    private static async Task<List<CatalogItemBody>> CompleteAsync(DbSession session, List<CatalogItemRow> items)
    {
        var ids = items.ConvertAll(i => i.Id);
        var images = (await CatalogStore.ImagesAsync(session, ids)).ToLookup(i => i.ItemId);
        var inputs = (await CatalogStore.TypesAsync(session, CatalogDirection.Input, ids)).ToLookup(t => t.ItemId);
        var outputs = (await CatalogStore.TypesAsync(session, CatalogDirection.Output, ids)).ToLookup(t => t.ItemId);
        return items.ConvertAll(i => new CatalogItemBody(
            i.Id, i.Name, i.Description, i.Category, i.ConfigExample, i.Publisher, i.DiskRequired, i.RamRequired, i.Picture, i.IsPublic,
            i.RegistryId, [.. images[i.Id].Select(m => new CatalogImageBody(m.ContainerImage, m.ArchId))], Type(inputs[i.Id]), Type(outputs[i.Id])));
    }

    private static InfoTypeBody? Type(IEnumerable<CatalogTypeRow> rows) =>
        rows.FirstOrDefault() is { } row ? new(row.InfoType, row.InfoFormat) : null;
}
