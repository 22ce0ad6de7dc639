using Controller.Configuration;
using Controller.Hosting;

namespace Controller.Identity;

/// <summary>
/// What must be there before the first request: signing keys and an administrator. With an external issuer neither is
/// ours (auth-rbac 1).
/// </summary>
internal sealed class IdentityStartup(SigningKeys keys, BootstrapAdministrator administrator, ControllerSettings settings)
{
    /// <exception cref="StartupException">Something the operator must mend.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        if (settings.Auth.Mode == AuthMode.External)
        {
            return;
        }

        await keys.StartAsync(cancel);
        await administrator.EnsureAsync(cancel);
    }
}
