using Controller.AccessControl;

namespace Controller.Identity;

/// <summary>Registers operator identity: the embedded issuer and local accounts.</summary>
internal static class IdentityServices
{
    public static IServiceCollection AddIdentity(this IServiceCollection services) => services
        .AddSingleton<SigningKeys>()
        .AddSingleton<IVerificationKeys>(p => p.GetRequiredService<SigningKeys>())
        .AddSingleton<TokenVerifier>()
        .AddSingleton<TokenIssuer>()
        .AddSingleton(p => new VerifiedTokens(p.GetRequiredService<TimeProvider>()))
        .AddSingleton<EmbeddedBearerValidator>()
        .AddSingleton<IBearerValidator>(p => p.GetRequiredService<EmbeddedBearerValidator>())
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
        .AddSingleton<UserService>()
        .AddSingleton<GroupService>()
        .AddSingleton<MigrationExport>()
        .AddSingleton<AuthRateLimit>()
        .AddSingleton<EmbeddedMode>()
        .AddSingleton(_ => new OperatorConsole(Console.Out))
        .AddSingleton<BootstrapAdministrator>()
        .AddSingleton<IdentityStartup>();
}
