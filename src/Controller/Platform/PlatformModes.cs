using Controller.Hosting;

namespace Controller.Platform;

/// <summary>Rules about router and NATS modes.</summary>
internal static class PlatformModes
{
    public static bool IsNone(string? mode) => mode is null or "none";

    /// <summary>A system fog carries the interior router and the NATS server of the network.</summary>
    /// <exception cref="ApiException">400 for any other mode.</exception>
    public static void RequireSystem(string? routerMode, string? natsMode)
    {
        if (routerMode != "interior")
        {
            throw ApiException.Validation($"Invalid router mode '{routerMode ?? "undefined"}'");
        }

        if (natsMode != "server")
        {
            throw ApiException.Validation($"Invalid NATS mode '{natsMode ?? "undefined"}'");
        }
    }
}
