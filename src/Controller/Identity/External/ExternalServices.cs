using Controller.AccessControl;
using Controller.Identity.Browser;

namespace Controller.Identity.External;

/// <summary>Puts an external issuer in the place of the embedded one.</summary>
internal static class ExternalServices
{
    public static IServiceCollection AddExternalIdentity(this IServiceCollection services) => services
        .AddSingleton<ProviderHttp>()
        .AddSingleton<ProviderDiscovery>()
        .AddSingleton<IVerificationKeys, ProviderKeys>()
        .AddSingleton<ProviderTokenEndpoint>()
        .AddSingleton<IdTokenCheck>()
        .AddSingleton<IOperatorSessions, ExternalSessions>()
        .AddSingleton<IBrowserSignIn, ExternalBrowserSignIn>();

    /// <summary>For external mode without an issuer.</summary>
    public static IServiceCollection AddNoIdentity(this IServiceCollection services) => services
        .AddSingleton<UnconfiguredIdentity>()
        .AddSingleton<IBearerValidator>(p => p.GetRequiredService<UnconfiguredIdentity>())
        .AddSingleton<IOperatorSessions>(p => p.GetRequiredService<UnconfiguredIdentity>())
        .AddSingleton<IBrowserSignIn>(p => p.GetRequiredService<UnconfiguredIdentity>());
}
