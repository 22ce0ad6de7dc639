using Controller.SignInPage;

namespace Controller.ConsoleSite;

/// <summary>Registers the Console's listener.</summary>
internal static class ConsoleSiteServices
{
    public static IServiceCollection AddConsoleSite(this IServiceCollection services) => services
        .AddSingleton<ConsoleVersion>()
        .AddSingleton<ConsoleConfig>()
        .AddSingleton<SignInPages>()
        .AddSingleton<ConsolePages>();
}
