using Controller.Hosting;
using Controller.Identity.Browser;

namespace Controller.Identity;

/// <summary>What must be there before the first request.</summary>
/// <param name="sessionSecret">Browsers sign in whoever the issuer is.</param>
/// <param name="embedded">Null with an external issuer: keys, clients and accounts are its own (auth-rbac 1).</param>
internal sealed class IdentityStartup(SessionSecret sessionSecret, EmbeddedIssuerStartup? embedded = null)
{
    /// <exception cref="StartupException">Something the operator must mend.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        await sessionSecret.StartAsync(cancel);
        if (embedded is not null)
        {
            await embedded.RunAsync(cancel);
        }
    }
}
