using Controller.Secrets;

namespace Controller.Identity;

/// <summary>TOTP secrets at rest: <c>{"secret": …}</c>, encrypted under <c>auth-mfa-&lt;userId&gt;</c> (auth-rbac 12).</summary>
internal sealed class TotpSecrets(SecretData secrets)
{
    private const string Key = "secret";

    public string Seal(string userId, string secret) => secrets.Seal(Name(userId), [new(Key, secret)]);

    /// <exception cref="SecretUnreadableException">It does not decrypt, or is no secret.</exception>
    public string Open(string userId, string? stored) =>
        (stored is null ? null : secrets.Open(Name(userId), stored)?.GetValueOrDefault(Key)) ?? throw new SecretUnreadableException(Name(userId));

    private static string Name(string userId) => $"auth-mfa-{userId}";
}
