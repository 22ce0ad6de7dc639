using Controller.Configuration;
using Microsoft.AspNetCore.HttpOverrides;

namespace Controller.Hosting;

/// <summary>Takes client address, scheme and host from the forwarding headers of trusted proxies.</summary>
internal static class TrustedProxies
{
    public static void Use(IApplicationBuilder app, TrustProxy trust)
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
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in trust.Networks)
        {
            options.KnownIPNetworks.Add(network);
        }

        app.UseForwardedHeaders(options);
    }
}
