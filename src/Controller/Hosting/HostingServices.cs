using Controller.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Controller.Hosting;

/// <summary>Registers what every request passes through, and how the host behaves.</summary>
internal static class HostingServices
{
    public static IServiceCollection AddHosting(this IServiceCollection services, ControllerSettings settings) => services
        .AddRoutingCore()
        .AddSingleton<RouteCatalog>()
        .AddSingleton<Cors>()
        .AddSingleton<ResponseHead>()
        .AddSingleton<ErrorHandling>()
        .AddSingleton<MalformedRequests>()
        .AddSingleton<IHostLifetime, HostLifetime>()
        .Configure<SocketTransportOptions>(transport => transport.CreateBoundListenSocket = ListenSocket.Bind)
        .Configure<HostOptions>(host => host.ShutdownTimeout = settings.Server.WebSocket.DrainTimeout);
}
