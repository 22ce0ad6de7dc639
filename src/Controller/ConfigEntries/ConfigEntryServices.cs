namespace Controller.ConfigEntries;

/// <summary>Registers the config entries.</summary>
internal static class ConfigEntryServices
{
    public static IServiceCollection AddConfigEntries(this IServiceCollection services) => services.AddSingleton<ConfigEntryService>();
}
