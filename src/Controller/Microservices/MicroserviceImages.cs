using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Microservices;

/// <summary>Where a microservice's image comes from.</summary>
/// <param name="CatalogItemId">The catalog item, or null for own images.</param>
/// <param name="RegistryId">Registry of the images.</param>
/// <param name="Own">The microservice's own images; empty with a catalog item.</param>
/// <param name="Changed">Differs from what was stored.</param>
internal sealed record ImageChoice(long? CatalogItemId, long? RegistryId, IReadOnlyList<ImageRow> Own, bool Changed);

/// <summary>Images: own ones, or those of a catalog item (api-workloads 6.4 step 5, 6.5).</summary>
internal static class MicroserviceImages
{
    public const int DefaultRegistry = 1;

    private const int FirstUserItem = 4;

    /// <summary>The choice of a new microservice.</summary>
    /// <exception cref="ApiException">404 for an unknown item or registry, 400 when the images do not fit.</exception>
    public static async Task<ImageChoice> ForCreateAsync(MicroserviceReferences references, JsonFields body, FogTarget fog, string name)
    {
        var given = Read(body);
        if (CatalogItemId(body) is { } id)
        {
            var item = await FindItemAsync(references, id);
            RequireMatch(item, given);
            RequireFor(fog, name, item.Images);
            return new ImageChoice(id, item.RegistryId ?? DefaultRegistry, [], true);
        }

        if (given is null or [])
        {
            throw NoImages(name);
        }

        RequireFor(fog, name, given);
        return new ImageChoice(null, body.Int("registryId") ?? DefaultRegistry, given, true);
    }

    /// <summary>The choice after a change.</summary>
    /// <param name="references">What is referred to.</param>
    /// <param name="existing">As stored.</param>
    /// <param name="body">What is sent.</param>
    /// <param name="fog">Where it will run; null when that is unknown.</param>
    /// <param name="moved">It comes from another fog, so the image for its architecture is looked for again.</param>
    /// <param name="rules">Whose change it is.</param>
    public static async Task<ImageChoice> ForUpdateAsync(
        MicroserviceReferences references, MicroserviceRow existing, JsonFields body, FogTarget? fog, bool moved, UpdateRules rules)
    {
        var given = Read(body);
        var choice = CatalogItemId(body) is { } id
            ? await FromCatalogAsync(references, existing, id, given, rules)
            : await FromOwnAsync(references, existing, body, given, rules);
        if (fog is not null && (choice.Changed || moved))
        {
            var images = choice.CatalogItemId is { } item ? (await FindItemAsync(references, item)).Images : choice.Own;
            RequireFor(fog, existing.Name, images);
        }

        return choice;
    }

    private static async Task<ImageChoice> FromCatalogAsync(
        MicroserviceReferences references, MicroserviceRow existing, long id, List<ImageRow>? given, UpdateRules rules)
    {
        var item = await FindItemAsync(references, id);
        if (id != existing.CatalogItemId)
        {
            if (rules.IsSystem && item.Category != "SYSTEM")
            {
                throw ApiException.Validation($"Invalid catalog item id '{id}'");
            }

            if (!rules.IsSystem && id < FirstUserItem)
            {
                throw ApiException.Validation($"catalogItemId must be greater than or equal to {FirstUserItem}");
            }
        }

        RequireMatch(item, given);
        return id == existing.CatalogItemId
            ? new ImageChoice(id, existing.RegistryId, [], false)
            : new ImageChoice(id, item.RegistryId ?? DefaultRegistry, [], true);
    }

    private static async Task<ImageChoice> FromOwnAsync(
        MicroserviceReferences references, MicroserviceRow existing, JsonFields body, List<ImageRow>? given, UpdateRules rules)
    {
        var registry = body.Int("registryId") ?? existing.RegistryId;
        if (existing.CatalogItemId is { } id)
        {
            var item = given is null or [] || AllEmpty(given) ? null : await FindItemAsync(references, id);
            if (item is null || Matches(item, given!))
            {
                return new ImageChoice(id, existing.RegistryId, [], false);
            }

            return rules.MayLeaveCatalog
                ? new ImageChoice(null, registry, given!, true)
                : throw NoMatch(item);
        }

        if (given is [])
        {
            throw NoImages(existing.Name);
        }

        var changed = given is not null && !given.ToHashSet().SetEquals(existing.Images);
        return new ImageChoice(null, registry, changed ? given! : existing.Images, changed);
    }

    /// <summary>Clients print an absent item as 0.</summary>
    private static long? CatalogItemId(JsonFields body) => body.Int("catalogItemId") is { } id and not 0 ? id : null;

    private static List<ImageRow>? Read(JsonFields body)
    {
        if (body.Array("images") is not { } items)
        {
            return null;
        }

        var images = new List<ImageRow>(items.Count);
        foreach (var item in items.Select(i => new JsonFields(i)))
        {
            var image = new ImageRow(item.Text("containerImage")!, item.Int("archId")!.Value);
            if (images.Exists(i => i.ArchId == image.ArchId))
            {
                throw ApiException.Validation($"Duplicate archId '{image.ArchId}' in images");
            }

            images.Add(image);
        }

        return images;
    }

    private static async Task<CatalogChoice> FindItemAsync(MicroserviceReferences references, long id) =>
        await references.CatalogItemAsync(id) ?? throw MicroserviceErrors.UnknownCatalogItem(id);

    private static void RequireMatch(CatalogChoice item, List<ImageRow>? given)
    {
        if (given is not null && !AllEmpty(given) && !Matches(item, given))
        {
            throw NoMatch(item);
        }
    }

    private static bool Matches(CatalogChoice item, List<ImageRow> given) => given.TrueForAll(g => item.Images.Contains(g));

    private static bool AllEmpty(List<ImageRow> images) => images.TrueForAll(i => i.ContainerImage.Length == 0);

    private static void RequireFor(FogTarget fog, string name, IReadOnlyList<ImageRow> images)
    {
        if (!images.Any(i => i.ArchId == fog.ArchId && i.ContainerImage.Length > 0))
        {
            throw ApiException.Validation($"Microservice {name} does not have a valid image for its Agent type");
        }
    }

    private static ApiException NoImages(string name) => ApiException.Validation($"Microservice {name} does not have valid images");

    private static ApiException NoMatch(CatalogChoice item) => ApiException.Validation($"Catalog item {item.Id} does not match provided images");
}
