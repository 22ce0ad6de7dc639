using Controller.Configuration;
using Controller.Hosting;
using Controller.Identity.Browser;
using Controller.Identity.Issuer;

namespace Controller.Identity;

/// <summary>What must be there before the first request: keys, secrets and an administrator.</summary>
internal sealed class IdentityStartup(SigningKeys keys, SessionSecret sessionSecret, IssuerClients clients, BootstrapAdministrator administrator)
{
    /// <exception cref="StartupException">The settings ask for an issuer that this build does not have.</exception>
    public static void Check(ControllerSettings settings)
    {
        if (settings.Auth.Mode == AuthMode.External)
        {
            throw new StartupException("AUTH_MODE=external is not available in this build; use embedded");
        }
    }

    /// <exception cref="StartupException">Something the operator must mend.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        await keys.StartAsync(cancel);
        await sessionSecret.StartAsync(cancel);
        await clients.StartAsync(cancel);
        await administrator.EnsureAsync(cancel);
    }
}
