using Controller.Hosting;
using Controller.Identity.Issuer;

namespace Controller.Identity;

/// <summary>What the embedded issuer and local accounts need before the first request: keys, clients and an administrator.</summary>
internal sealed class EmbeddedIssuerStartup(SigningKeys keys, IssuerClients clients, BootstrapAdministrator administrator)
{
    /// <exception cref="StartupException">Something the operator must mend.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        await keys.StartAsync(cancel);
        await clients.StartAsync(cancel);
        await administrator.EnsureAsync(cancel);
    }
}
