using Controller.Configuration;
using Microsoft.AspNetCore.HttpOverrides;

namespace Controller.Hosting;

/// <summary>Takes client address, scheme and host from forwarding headers, of trusted proxies only (auth-rbac 1.1).</summary>
internal static class ProxyTrust
{
    public static void UseProxyTrust(this IApplicationBuilder app, TrustProxy trust)
    {
        if (!trust.IsEnabled)
        {
            return;
        }

        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost,
            ForwardLimit = trust.Hops > 0 ? trust.Hops : null,
        };

        // Without any known network the last hops are believed whoever they are.
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in trust.Networks)
        {
            options.KnownIPNetworks.Add(network);
        }

        app.UseForwardedHeaders(options);
    }
}
