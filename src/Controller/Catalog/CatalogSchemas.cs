using Controller.Validation;

namespace Controller.Catalog;

/// <summary>Bodies of <c>/api/v3/catalog/microservices</c>.</summary>
internal static class CatalogSchemas
{
    private static readonly (string Name, Schema Schema)[] Fields =
    [
        ("name", Is.String(minLength: 1)),
        ("description", Is.String()),
        ("category", Is.String()),
        ("publisher", Is.String()),
        ("diskRequired", Is.Integer()),
        ("ramRequired", Is.Integer()),
        ("picture", Is.String()),
        ("isPublic", Is.Boolean()),
        ("registryId", Is.Int32()),
        ("configExample", Is.String()),
    ];

    public static readonly BodySchema Create = new(
        "CatalogItemCreate",
        Is.Object([.. Fields, .. Children(minImages: 1)], required: ["name", "registryId", "images"]));

    public static readonly BodySchema Update = new(
        "CatalogItemUpdate",
        Is.Object([.. Fields, .. Children(minImages: null)]));

    /// <summary>Container images, one per architecture.</summary>
    public static ArraySchema Images(int? min, int? max) => Is.Array(
        Is.Object(
            [("containerImage", Is.String()), ("archId", Is.Integer(1, 4))],
            required: ["containerImage", "archId"]),
        min,
        max);

    private static (string Name, Schema Schema)[] Children(int? minImages) =>
    [
        ("images", Images(minImages, 4)),
        ("inputType", InfoType()),
        ("outputType", InfoType()),
    ];

    private static ObjectSchema InfoType() => Is.Object([("infoType", Is.String()), ("infoFormat", Is.String())]);
}
