namespace Controller.Registries;

/// <summary>Registers the registries.</summary>
internal static class RegistryServices
{
    public static IServiceCollection AddRegistries(this IServiceCollection services) => services
        .AddSingleton<RegistryPasswords>()
        .AddSingleton<RegistryService>();
}
