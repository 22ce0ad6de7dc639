using Controller.Configuration;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Identity.Browser;

/// <summary>Registers browser login. The issuer behind <see cref="IBrowserSignIn"/> is registered by the mode of authentication.</summary>
internal static class BrowserServices
{
    public static IServiceCollection AddBrowserLogin(this IServiceCollection services) => services
        .AddSingleton<SessionSecret>()
        .AddSingleton(p => new BrowserSessions(
            Texts(p, ShortLivedTable.BrowserSessions),
            new SignedCookies(
                new(() => [p.GetRequiredService<SessionSecret>().Derive("browser session cookie")]), p.GetRequiredService<ControllerSettings>()),
            p.GetRequiredService<ControllerSettings>()))
        .AddSingleton<BrowserLogin>()
        .AddHostedService<ExpiredIdentityJob>();

    /// <summary>Where short-lived texts are kept: by the type of the session store.</summary>
    public static IShortLivedTexts Texts(IServiceProvider services, ShortLivedTable table)
    {
        var time = services.GetRequiredService<TimeProvider>();
        return services.GetRequiredService<ControllerSettings>().Auth.SessionStore.Type == SessionStoreType.Memory
            ? new MemoryTexts(time)
            : new DatabaseTexts(services.GetRequiredService<Database>(), table, time);
    }
}
