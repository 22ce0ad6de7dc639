namespace Controller.Catalog;

/// <summary>Registers the catalog.</summary>
internal static class CatalogServices
{
    public static IServiceCollection AddCatalog(this IServiceCollection services) => services
        .AddSingleton<SystemImages>()
        .AddSingleton<CatalogReader>()
        .AddSingleton<CatalogEditor>();
}
