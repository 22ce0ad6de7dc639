namespace Controller.Certificates;

/// <summary>Registers the certificates.</summary>
internal static class CertificateServices
{
    public static IServiceCollection AddCertificates(this IServiceCollection services) => services
        .AddSingleton<CertificateKeeper>()
        .AddSingleton<CertificateAuthorities>()
        .AddSingleton<CertificateService>()
        .AddSingleton<CertificateRenewal>();
}
