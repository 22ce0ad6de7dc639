using Controller.AccessControl;
using Controller.Configuration;
using Controller.Identity.Browser;
using Controller.Identity.External;

namespace Controller.Identity;

/// <summary>Registers operator identity: local accounts and the embedded issuer, or an external one in their place.</summary>
internal static class IdentityServices
{
    public static IServiceCollection AddIdentity(this IServiceCollection services, ControllerSettings settings)
    {
        services.AddLocalIdentity();
        return settings.Auth switch
        {
            { Mode: AuthMode.Embedded } => services,
            { IsConfigured: true } => services.AddExternalIdentity(),
            _ => services.AddNoIdentity(),
        };
    }

    private static void AddLocalIdentity(this IServiceCollection services) => services
        .AddSingleton<SigningKeys>()
        .AddSingleton<IVerificationKeys>(p => p.GetRequiredService<SigningKeys>())
        .AddSingleton<TokenVerifier>()
        .AddSingleton<TokenIssuer>()
        .AddSingleton(p => new VerifiedTokens(p.GetRequiredService<TimeProvider>()))
        .AddSingleton<BearerValidator>()
        .AddSingleton<IBearerValidator>(p => p.GetRequiredService<BearerValidator>())
        .AddSingleton<IPasswordChangeGate, PasswordChangeGate>()
        .AddSingleton(_ => new PasswordHasher())
        .AddSingleton<SessionTokens>()
        .AddSingleton<PasswordCheck>()
        .AddSingleton<PasswordSignIn>()
        .AddSingleton<TokenRefresh>()
        .AddSingleton<SignOut>()
        .AddSingleton<Profiles>()
        .AddSingleton<IOperatorSessions, EmbeddedSessions>()
        .AddSingleton<AuthRateLimit>()
        .AddSingleton(_ => new OperatorConsole(Console.Out))
        .AddSingleton<BootstrapAdministrator>()
        .AddSingleton<IdentityStartup>();
}
