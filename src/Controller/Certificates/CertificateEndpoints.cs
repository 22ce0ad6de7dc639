using System.Text.Json;
using Controller.Hosting;
using Controller.Manifests;

namespace Controller.Certificates;

/// <summary>Routes of <c>/certificates</c> (api-platform 12).</summary>
internal static class CertificateEndpoints
{
    private const string Resource = "certificates";
    private const string One = "/certificates/{name}";
    private const string Authorities = "/certificates/ca";
    private const string OneAuthority = Authorities + "/{name}";
    private const string Part = "certificate";

    public static void Map(ApiRoutes api)
    {
        var authorities = api.Services.GetRequiredService<CertificateAuthorities>();
        var certificates = api.Services.GetRequiredService<CertificateService>();
        MapAuthorities(api, authorities);
        MapCertificates(api, certificates);

        api.Operator("POST", "/certificates/{name}/renew", new(Resource, "patch", "name"), 200, async context => await context.RespondAsync(
            200,
            await api.Services.GetRequiredService<CertificateRenewal>().RenewAsync(context.PathValue("name"), context.RequestAborted),
            CertificateJson.Default.CertificateRenewedBody))
            .Describe("Renew a certificate or an authority", answer: static () => CertificateJson.Default.CertificateRenewedBody);

        api.Operator("POST", "/certificates/yaml", new(Resource, "create"), 201, async context =>
        {
            var (isAuthority, manifest) = ResourceManifest.ReadCertificate(await context.ReadFileAsync(Part, "Certificate file missing"));
            var body = Manifest.ToElement(manifest);
            var answer = isAuthority
                ? JsonSerializer.SerializeToElement(
                    await authorities.CreateAsync(CertificateSchemas.Authority.Check(body), context.RequestAborted), CertificateJson.Default.AuthorityCreatedBody)
                : JsonSerializer.SerializeToElement(
                    await certificates.CreateAsync(CertificateSchemas.Certificate.Check(body), context.RequestAborted), CertificateJson.Default.CertificateCreatedBody);
            await context.RespondAsync(201, answer, CertificateJson.Default.JsonElement);
        })
            .Describe("Create a certificate or an authority from YAML", file: Part, answer: static () => CertificateJson.Default.JsonElement);
    }

    private static void MapAuthorities(ApiRoutes api, CertificateAuthorities authorities)
    {
        api.Operator("GET", Authorities, new(Resource, "list"), 200, async context =>
            await context.RespondAsync(200, await authorities.ListAsync(context.RequestAborted), CertificateJson.Default.AuthorityListBody))
            .Describe("List authorities", answer: static () => CertificateJson.Default.AuthorityListBody);

        api.Operator("POST", Authorities, new(Resource, "create"), 201, async context =>
        {
            var body = await context.ReadJsonAsync(CertificateSchemas.Authority);
            await context.RespondAsync(201, await authorities.CreateAsync(body, context.RequestAborted), CertificateJson.Default.AuthorityCreatedBody);
        })
            .Describe("Make an authority, or take the certificate in a secret for one", CertificateSchemas.Authority, static () => CertificateJson.Default.AuthorityCreatedBody);

        api.Operator("GET", OneAuthority, new(Resource, "get", "name"), 200, async context =>
        {
            var authority = await authorities.GetAsync(context.PathValue("name"), context.RequestAborted);
            context.ForbidStoring();
            await context.RespondAsync(200, authority, CertificateJson.Default.AuthorityBody);
        })
            .Describe("Read an authority with its key", answer: static () => CertificateJson.Default.AuthorityBody);

        api.Operator("DELETE", OneAuthority, new(Resource, "delete", "name"), 200, async context =>
        {
            await authorities.DeleteAsync(context.PathValue("name"), context.RequestAborted);
            await context.RespondAsync(200, "{}"u8.ToArray());
        })
            .Describe("Delete an authority that signed nothing, with its secret");
    }

    private static void MapCertificates(ApiRoutes api, CertificateService certificates)
    {
        api.Operator("GET", "/certificates", new(Resource, "list"), 200, async context =>
            await context.RespondAsync(200, await certificates.ListAsync(context.RequestAborted), CertificateJson.Default.CertificateListBody))
            .Describe("List certificates, authorities included", answer: static () => CertificateJson.Default.CertificateListBody);

        api.Operator("POST", "/certificates", new(Resource, "create"), 201, async context =>
        {
            var body = await context.ReadJsonAsync(CertificateSchemas.Certificate);
            await context.RespondAsync(201, await certificates.CreateAsync(body, context.RequestAborted), CertificateJson.Default.CertificateCreatedBody);
        })
            .Describe("Make a certificate", CertificateSchemas.Certificate, static () => CertificateJson.Default.CertificateCreatedBody);

        api.Operator("GET", "/certificates/expiring", new(Resource, "list"), 200, async context => await context.RespondAsync(
            200, await certificates.ListEndingAsync(context.QueryValue("days"), context.RequestAborted), CertificateJson.Default.EndingCertificateListBody))
            .Describe(
                "List certificates that end soon", answer: static () => CertificateJson.Default.EndingCertificateListBody,
                query: [new("days", "Within so many days; 30 unless given")]);

        api.Operator("GET", One, new(Resource, "get", "name"), 200, async context =>
        {
            var certificate = await certificates.GetAsync(context.PathValue("name"), context.RequestAborted);
            context.ForbidStoring();
            await context.RespondAsync(200, certificate, CertificateJson.Default.CertificateBody);
        })
            .Describe("Read a certificate with its key", answer: static () => CertificateJson.Default.CertificateBody);

        api.Operator("DELETE", One, new(Resource, "delete", "name"), 200, async context =>
        {
            await certificates.DeleteAsync(context.PathValue("name"), context.RequestAborted);
            await context.RespondAsync(200, "{}"u8.ToArray());
        })
            .Describe("Delete a certificate with its secret");
    }
}
