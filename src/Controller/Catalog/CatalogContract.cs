using System.Text.Json.Serialization;

namespace Controller.Catalog;

/// <summary>The image for one architecture.</summary>
internal sealed record CatalogImageBody(string ContainerImage, int ArchId);

/// <summary>What an item takes in or gives out.</summary>
internal sealed record InfoTypeBody(string? InfoType, string? InfoFormat);

/// <summary>One catalog item (api-workloads 7).</summary>
internal sealed record CatalogItemBody(
    long Id, string Name, string Description, string? Category, string? ConfigExample, string? Publisher, long DiskRequired,
    long RamRequired, string Picture, bool IsPublic, int? RegistryId, IReadOnlyList<CatalogImageBody> Images,
    InfoTypeBody? InputType, InfoTypeBody? OutputType);

internal sealed record CatalogListBody(IReadOnlyList<CatalogItemBody> CatalogItems);

internal sealed record CatalogCreatedBody(long Id);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CatalogItemBody))]
[JsonSerializable(typeof(CatalogListBody))]
[JsonSerializable(typeof(CatalogCreatedBody))]
internal sealed partial class CatalogJson : JsonSerializerContext;
