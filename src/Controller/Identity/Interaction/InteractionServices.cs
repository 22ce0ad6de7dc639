using Controller.Configuration;
using Controller.Identity.Browser;
using Controller.Sql.Stores;

namespace Controller.Identity.Interaction;

/// <summary>Registers signing in step by step.</summary>
internal static class InteractionServices
{
    public static IServiceCollection AddInteraction(this IServiceCollection services) => services
        .AddSingleton(p => new InteractionStates(
            BrowserServices.Texts(p, ShortLivedTable.Interactions), p.GetRequiredService<ControllerSettings>(), p.GetRequiredService<TimeProvider>()))
        .AddSingleton<SignInInteraction>();
}
