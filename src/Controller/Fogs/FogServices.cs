namespace Controller.Fogs;

/// <summary>Registers the operators' side of agents.</summary>
internal static class FogServices
{
    public static IServiceCollection AddFogs(this IServiceCollection services) => services
        .AddSingleton<FogCountWarning>()
        .AddSingleton<FogReader>()
        .AddSingleton<FogService>()
        .AddSingleton<FogCommands>();
}
