using Controller.Hosting;
using Controller.Identity;
using Controller.Sql;

namespace Controller.Status;

/// <summary>The embedded issuer has a key to sign with.</summary>
internal sealed class SigningKeyCheck(SigningKeys keys) : IReadinessCheck
{
    public async Task<string?> CheckAsync(CancellationToken cancel)
    {
        try
        {
            await keys.CurrentAsync(cancel);
            return null;
        }
        catch (Exception e) when (e is ApiException or DatabaseException)
        {
            return "No key to sign tokens with";
        }
    }
}
