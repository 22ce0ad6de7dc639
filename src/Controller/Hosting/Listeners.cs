using System.Net.Security;
using Controller.Configuration;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Controller.Hosting;

/// <summary>The API's and the Console's listener (runtime 2.3): all interfaces, the same TLS material or none.</summary>
internal static class Listeners
{
    /// <param name="kestrel">The server.</param>
    /// <param name="settings">Ports and limits.</param>
    /// <param name="tls">Null = plain HTTP.</param>
    /// <param name="local">The socket of the command line; null = none.</param>
    /// <param name="ports">False = the socket alone.</param>
    public static void Configure(KestrelServerOptions kestrel, ControllerSettings settings, TlsMaterial? tls, LocalSocket? local, bool ports)
    {
        kestrel.AddServerHeader = false;
        Limit(kestrel.Limits, settings.Server.MaxUploadBodyBytes);
        if (ports)
        {
            ListenOnPorts(kestrel, settings, tls);
        }

        local?.Listen(kestrel);
    }

    /// <summary>What went wrong while opening the ports, in an operator's words; null when it was something else.</summary>
    public static StartupException? Explain(Exception failure, ControllerSettings settings)
    {
        var text = failure.Message;
        if (settings.Telemetry.ServesPrometheus && failure is IOException { InnerException: AddressInUseException }
            && text.Contains($":{settings.Telemetry.PrometheusPort}", StringComparison.Ordinal))
        {
            return new($"Port {settings.Telemetry.PrometheusPort} of the metrics (OTEL_EXPORTER_PROMETHEUS_PORT) is already in use", failure);
        }

        var port = text.Contains($":{settings.Console.Port}:", StringComparison.Ordinal) && settings.Console.Port != settings.Server.Port
            ? $"Port {settings.Console.Port} of the Console (CONSOLE_PORT)"
            : $"Port {settings.Server.Port} of the API (API_PORT)";
        return failure switch
        {
            IOException { InnerException: AddressInUseException } when settings.Console.Port == settings.Server.Port =>
                new($"API_PORT and CONSOLE_PORT are both {settings.Server.Port}; they must differ", failure),
            IOException { InnerException: AddressInUseException } => new($"{port} is already in use", failure),
            System.Net.Sockets.SocketException { SocketErrorCode: System.Net.Sockets.SocketError.AccessDenied } =>
                new($"Port {settings.Server.Port} of the API (API_PORT) or {settings.Console.Port} of the Console (CONSOLE_PORT): this user may not open ports that low", failure),
            IOException or System.Net.Sockets.SocketException => new($"The listeners cannot be opened: {text}", failure),
            _ => null,
        };
    }

    private static void ListenOnPorts(KestrelServerOptions kestrel, ControllerSettings settings, TlsMaterial? tls)
    {
        // IPv6 and IPv4 on one socket; IPv4 alone where the machine has no IPv6.
        kestrel.ListenAnyIP(settings.Server.Port, listener => Secure(listener, tls));
        kestrel.ListenAnyIP(settings.Console.Port, listener =>
        {
            listener.Use(ConsoleConnection.Mark);
            Secure(listener, tls);
        });
    }

    /// <summary>For slow links and few resources: patient with who sends little, not with who sends nothing.</summary>
    private static void Limit(KestrelServerLimits limits, long largestBody)
    {
        limits.MaxRequestBodySize = largestBody;

        // WebSocket upgrades carry a token in the request line.
        limits.MaxRequestLineSize = 16 * 1024;
        limits.MaxRequestHeadersTotalSize = 32 * 1024;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(20);

        // Longer than a Go client keeps an idle connection (90 s), so that it is the client who closes.
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(130);
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 50, gracePeriod: TimeSpan.FromSeconds(20));
        limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 50, gracePeriod: TimeSpan.FromSeconds(20));

        // Notices a node that lost power while its poll was held.
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(60);
        limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
        limits.Http2.InitialConnectionWindowSize = 256 * 1024;
        limits.Http2.InitialStreamWindowSize = 128 * 1024;
    }

    private static void Secure(ListenOptions listener, TlsMaterial? tls)
    {
        if (tls is null)
        {
            listener.Protocols = HttpProtocols.Http1;
            listener.Use(SealableOutput.Wrap);
            return;
        }

        listener.Protocols = HttpProtocols.Http1AndHttp2;
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = tls.Context,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            ClientCertificateRequired = false,
        };
        listener.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => new(options), HandshakeTimeout = TimeSpan.FromSeconds(20) });

        // Inside TLS, where the bytes are those of HTTP.
        listener.Use(SealableOutput.Wrap);
    }
}
