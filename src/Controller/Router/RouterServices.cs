namespace Controller.Router;

/// <summary>Registers what is known of routers.</summary>
internal static class RouterServices
{
    public static IServiceCollection AddRouter(this IServiceCollection services) => services.AddSingleton<DefaultRouterService>();
}
