using System.Text.Json;
using System.Text.Json.Serialization;
using Controller.Hosting;

namespace Controller.Certificates;

/// <summary>Answer to the creation of an authority (api-platform 12.1).</summary>
internal sealed record AuthorityCreatedBody(
    string Name,
    string Subject,
    string Type,
    [property: JsonPropertyName("valid_from")] DateTimeOffset ValidFrom,
    [property: JsonPropertyName("valid_to")] DateTimeOffset ValidTo);

/// <summary>An authority in the list.</summary>
internal sealed record AuthorityListItem(
    string Name,
    string Subject,
    [property: JsonPropertyName("valid_from")] DateTimeOffset ValidFrom,
    [property: JsonPropertyName("valid_to")] DateTimeOffset ValidTo,
    [property: JsonPropertyName("days_remaining")] int DaysRemaining,
    [property: JsonPropertyName("is_expired")] bool IsExpired);

internal sealed record AuthorityListBody(IReadOnlyList<AuthorityListItem> Cas);

/// <summary>A certificate and its key in PEM; empty when their secret cannot be read.</summary>
internal sealed record CertificateDataBody(string Certificate, string PrivateKey)
{
    public static CertificateDataBody Of(IssuedCertificate? issued) => new(issued?.Certificate ?? "", issued?.Key ?? "");
}

/// <summary>An authority with its key.</summary>
internal sealed record AuthorityBody(
    string Name,
    string Subject,
    [property: JsonPropertyName("isCA")] bool IsCa,
    DateTimeOffset ValidFrom,
    DateTimeOffset ValidTo,
    string SerialNumber,
    CertificateDataBody Data);

/// <summary>Answer to the creation of a certificate (api-platform 12.2).</summary>
internal sealed record CertificateCreatedBody(
    string Name,
    string Subject,
    string? Hosts,
    [property: JsonPropertyName("valid_from")] DateTimeOffset ValidFrom,
    [property: JsonPropertyName("valid_to")] DateTimeOffset ValidTo,
    [property: JsonPropertyName("ca_name")] string? CaName);

/// <summary>A certificate, or an authority, in the list.</summary>
internal sealed record CertificateListItem(
    string Name,
    string Subject,
    string? Hosts,
    [property: JsonPropertyName("isCA")] bool IsCa,
    DateTimeOffset ValidFrom,
    DateTimeOffset ValidTo,
    int DaysRemaining,
    bool IsExpired,
    string? CaName);

internal sealed record CertificateListBody(IReadOnlyList<CertificateListItem> Certificates);

/// <summary>Who signed a certificate.</summary>
internal sealed record CertificateSignerBody(string Name, string Subject);

/// <summary>A certificate with its key. <paramref name="CertificateChain"/>: the authority and what signed that, empty for one that signed itself.</summary>
internal sealed record CertificateBody(
    string Name,
    string Subject,
    string? Hosts,
    [property: JsonPropertyName("isCA")] bool IsCa,
    DateTimeOffset ValidFrom,
    DateTimeOffset ValidTo,
    string SerialNumber,
    string? CaName,
    IReadOnlyList<CertificateSignerBody> CertificateChain,
    int DaysRemaining,
    bool IsExpired,
    CertificateDataBody Data);

/// <summary>A certificate that ends soon.</summary>
internal sealed record EndingCertificateItem(
    string Name,
    string Subject,
    string? Hosts,
    [property: JsonPropertyName("is_ca")] bool IsCa,
    [property: JsonPropertyName("valid_from")] DateTimeOffset ValidFrom,
    [property: JsonPropertyName("valid_to")] DateTimeOffset ValidTo,
    [property: JsonPropertyName("days_remaining")] int DaysRemaining,
    [property: JsonPropertyName("ca_name")] string? CaName);

internal sealed record EndingCertificateListBody(IReadOnlyList<EndingCertificateItem> Certificates);

/// <summary>Answer to a renewal (api-platform 12.3).</summary>
internal sealed record CertificateRenewedBody(
    string Name,
    string Subject,
    string? Hosts,
    [property: JsonPropertyName("valid_from")] DateTimeOffset ValidFrom,
    [property: JsonPropertyName("valid_to")] DateTimeOffset ValidTo,
    bool Renewed);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(IsoTimeConverter)])]
[JsonSerializable(typeof(AuthorityCreatedBody))]
[JsonSerializable(typeof(AuthorityListBody))]
[JsonSerializable(typeof(AuthorityBody))]
[JsonSerializable(typeof(CertificateCreatedBody))]
[JsonSerializable(typeof(CertificateListBody))]
[JsonSerializable(typeof(CertificateBody))]
[JsonSerializable(typeof(EndingCertificateListBody))]
[JsonSerializable(typeof(CertificateRenewedBody))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class CertificateJson : JsonSerializerContext;
