using Controller.Configuration;
using Controller.Hosting;
using Controller.Identity.Browser;
using Controller.Identity.Issuer;

namespace Controller.Identity;

/// <summary>
/// What must be there before the first request: keys, secrets and an administrator. With an external issuer only the
/// secret of browser sessions is ours (auth-rbac 1).
/// </summary>
internal sealed class IdentityStartup(
    SigningKeys keys, SessionSecret sessionSecret, IssuerClients clients, BootstrapAdministrator administrator, ControllerSettings settings)
{
    /// <exception cref="StartupException">Something the operator must mend.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        await sessionSecret.StartAsync(cancel);
        if (settings.Auth.Mode == AuthMode.External)
        {
            return;
        }

        await keys.StartAsync(cancel);
        await clients.StartAsync(cancel);
        await administrator.EnsureAsync(cancel);
    }
}
