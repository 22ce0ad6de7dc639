namespace Controller.Secrets;

/// <summary>Registers the secrets, and what reads them and config maps for others.</summary>
internal static class SecretServices
{
    public static IServiceCollection AddSecrets(this IServiceCollection services) => services
        .AddSingleton<SecretData>()
        .AddSingleton<ReferencedValues>()
        .AddSingleton<EnvironmentValues>()
        .AddSingleton<DataConsumers>()
        .AddSingleton<SecretService>();
}
