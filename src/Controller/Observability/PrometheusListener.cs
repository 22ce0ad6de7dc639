using System.Net;
using Controller.Configuration;
using Controller.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using OpenTelemetry.Metrics;

namespace Controller.Observability;

/// <summary>
/// <c>/metrics</c> on a port of its own, in plain HTTP and without sign-in: whoever reaches that port may read, so it is
/// open to this machine alone unless a host is given. API and Console never serve it.
/// </summary>
internal static class PrometheusListener
{
    /// <exception cref="StartupException">The host is neither <c>localhost</c> nor an address.</exception>
    public static void Open(KestrelServerOptions kestrel, TelemetrySettings settings)
    {
        if (settings.PrometheusHost.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            kestrel.ListenLocalhost(settings.PrometheusPort, Plain);
        }
        else if (IPAddress.TryParse(settings.PrometheusHost, out var address))
        {
            kestrel.Listen(address, settings.PrometheusPort, Plain);
        }
        else
        {
            throw new StartupException(
                $"OTEL_EXPORTER_PROMETHEUS_HOST: \"{SettingProblems.Shown(settings.PrometheusHost)}\" is not allowed; expected localhost or an IP address");
        }
    }

    public static void Use(WebApplication app, TelemetrySettings settings, MeterProvider metrics) => app.MapWhen(
        context => context.Connection.LocalPort == settings.PrometheusPort,
        branch =>
        {
            branch.Use((context, next) =>
            {
                RequestSpan.Drop(context);
                return next(context);
            });
            branch.UseOpenTelemetryPrometheusScrapingEndpoint(
                metrics, predicate: null, path: "/metrics", configureBranchedPipeline: null, optionsName: null);
        });

    private static void Plain(ListenOptions listener) => listener.Protocols = HttpProtocols.Http1;
}
