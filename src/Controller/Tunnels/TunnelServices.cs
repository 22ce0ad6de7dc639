namespace Controller.Tunnels;

/// <summary>Registers the tunnels.</summary>
internal static class TunnelServices
{
    public static IServiceCollection AddTunnels(this IServiceCollection services) => services
        .AddSingleton<TunnelPasswords>()
        .AddSingleton<PortProbe>()
        .AddSingleton<TunnelService>();
}
