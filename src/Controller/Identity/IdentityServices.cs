using Controller.AccessControl;
using Controller.Configuration;
using Controller.Identity.Browser;
using Controller.Identity.External;
using Controller.Identity.Interaction;
using Controller.Identity.Issuer;

namespace Controller.Identity;

/// <summary>Registers operator identity: local accounts and the embedded issuer, or an external one in their place.</summary>
internal static class IdentityServices
{
    public static IServiceCollection AddIdentity(this IServiceCollection services, ControllerSettings settings)
    {
        services.AddLocalIdentity().AddBrowserLogin().AddIssuer().AddInteraction();
        return settings.Auth switch
        {
            { Mode: AuthMode.Embedded } => services.AddSingleton<EmbeddedIssuerStartup>(),
            { IsConfigured: true } => services.AddExternalIdentity(),
            _ => services.AddNoIdentity(),
        };
    }

    private static IServiceCollection AddLocalIdentity(this IServiceCollection services) => services
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
        .AddSingleton<PasswordChange>()
        .AddSingleton<PasswordSignIn>()
        .AddSingleton<TotpSecrets>()
        .AddSingleton<RecoveryCodes>()
        .AddSingleton<SecondFactor>()
        .AddSingleton<MfaEnrolment>()
        .AddSingleton<TokenRefresh>()
        .AddSingleton<SignOut>()
        .AddSingleton<Profiles>()
        .AddSingleton<IOperatorSessions, EmbeddedSessions>()
        .AddSingleton<UserService>()
        .AddSingleton<GroupService>()
        .AddSingleton<MigrationExport>()
        .AddSingleton<AuthRateLimit>()
        .AddSingleton<EmbeddedMode>()
        .AddSingleton(_ => new OperatorConsole(Console.Out))
        .AddSingleton<BootstrapAdministrator>()
        .AddSingleton<IdentityStartup>();
}
