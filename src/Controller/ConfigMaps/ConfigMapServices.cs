namespace Controller.ConfigMaps;

/// <summary>Registers the config maps.</summary>
internal static class ConfigMapServices
{
    public static IServiceCollection AddConfigMaps(this IServiceCollection services) => services.AddSingleton<ConfigMapService>();
}
