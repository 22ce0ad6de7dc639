namespace Controller.VolumeMounts;

/// <summary>Registers the volume mounts.</summary>
internal static class VolumeMountServices
{
    public static IServiceCollection AddVolumeMounts(this IServiceCollection services) => services.AddSingleton<VolumeMountService>();
}
