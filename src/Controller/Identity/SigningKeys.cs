using Controller.Configuration;
using Controller.Hosting;
using Controller.Secrets;
using Controller.Sql;
using Controller.Sql.Stores;
using Microsoft.IdentityModel.Tokens;

namespace Controller.Identity;

/// <summary>
/// The embedded issuer's keys, kept in memory and shared with other replicas through the database. Read again once a
/// minute, and when a token names a key that is not known yet, but then at most once a second.
/// </summary>
internal sealed partial class SigningKeys(
    Database database, SecretCipher cipher, ControllerSettings settings, TimeProvider time, ILogger<SigningKeys> log)
    : IVerificationKeys, IDisposable
{
    private static readonly TimeSpan Stale = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LeastReloadInterval = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _reloading = new(1);
    private volatile KeyRing _ring = KeyRing.Empty;
    private volatile DatabaseException? _failure;
    private long _reloadedAt;

    /// <summary>Reads the keys and makes the first one; replicas that start together agree on one.</summary>
    /// <exception cref="StartupException">There is no key and none can be made.</exception>
    public async Task StartAsync(CancellationToken cancel)
    {
        if ((await ReloadAsync(TimeSpan.Zero, cancel)).Signing is null)
        {
            var (key, material) = NewKey();
            await database.WriteAsync(
                async s =>
                {
                    await BootstrapStore.LockAsync(s);
                    var now = time.GetUtcNow();
                    if (Ring(await SigningKeyStore.ListAsync(s, now), TimeSpan.Zero).Signing is null)
                    {
                        await SigningKeyStore.InsertAsync(s, key.Kid, material, now);
                    }
                },
                cancel: cancel);
            await ReloadAsync(TimeSpan.Zero, cancel);
        }

        if (_ring.Signing is null)
        {
            throw new StartupException("Embedded OIDC signing key is not configured");
        }
    }

    /// <summary>
    /// Makes a new key, which signs here from now on and on other replicas within a minute. Tokens of the old one stay
    /// valid until they expire (auth-rbac 3.4).
    /// </summary>
    /// <returns>The new key's id, and since when it counts.</returns>
    public async Task<(string Kid, DateTimeOffset At)> RotateAsync(CancellationToken cancel)
    {
        var (key, material) = NewKey();
        var at = time.GetUtcNow();
        await database.WriteAsync(
            async s =>
            {
                await BootstrapStore.LockAsync(s);
                await SigningKeyStore.RetireAllAsync(s, at);
                await SigningKeyStore.InsertAsync(s, key.Kid, material, at);
            },
            cancel: cancel);

        // The key is changed: a client that hangs up must not keep this replica from signing with it.
        await ReloadAsync(TimeSpan.Zero, CancellationToken.None);
        Rotated(log, key.Kid);
        return (key.Kid, at);
    }

    /// <summary>The key to sign with now.</summary>
    public async ValueTask<SigningKey> CurrentAsync(CancellationToken cancel) =>
        (await FreshAsync(cancel)).Signing ?? throw ApiException.Unavailable("Embedded OIDC signing key is not configured");

    /// <inheritdoc/>
    public async ValueTask<VerificationKey?> FindAsync(string? kid, string algorithm, CancellationToken cancel)
    {
        if (string.IsNullOrEmpty(kid) || algorithm != SecurityAlgorithms.RsaSha256)
        {
            return null;
        }

        var ring = await FreshAsync(cancel);
        if (!ring.Verification.TryGetValue(kid, out var key))
        {
            (await ReloadAsync(LeastReloadInterval, cancel)).Verification.TryGetValue(kid, out key);
        }

        return key is null || key.UsableUntil <= time.GetUtcNow() ? null : key;
    }

    /// <summary>The keys whose tokens are accepted now: what is published (auth-rbac 3.4).</summary>
    public async ValueTask<IReadOnlyList<VerificationKey>> PublishedAsync(CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        return [.. (await FreshAsync(cancel)).Verification.Values.Where(k => !(k.UsableUntil <= now))];
    }

    public void Dispose() => _reloading.Dispose();

    private async ValueTask<KeyRing> FreshAsync(CancellationToken cancel)
    {
        if (IsYoungerThan(Stale))
        {
            return _ring;
        }

        try
        {
            return await ReloadAsync(Stale, cancel);
        }
        catch (DatabaseException)
        {
            // The keys we have are better than none while the database is away.
            return _ring;
        }
    }

    private async ValueTask<KeyRing> ReloadAsync(TimeSpan leastAge, CancellationToken cancel)
    {
        await _reloading.WaitAsync(cancel);
        try
        {
            if (IsYoungerThan(leastAge))
            {
                // A key that could not be looked up is not an unknown key.
                return _failure is { } failure ? throw new DatabaseException(failure.Fault, failure.Message, failure) : _ring;
            }

            Volatile.Write(ref _reloadedAt, time.GetTimestamp());
            _ring = await LoadAsync(cancel);
            _failure = null;
            return _ring;
        }
        catch (DatabaseException e)
        {
            _failure = e;
            throw;
        }
        finally
        {
            _reloading.Release();
        }
    }

    private bool IsYoungerThan(TimeSpan age) => time.GetElapsedTime(Volatile.Read(ref _reloadedAt)) < age;

    private async Task<KeyRing> LoadAsync(CancellationToken cancel)
    {
        var (rows, overlap) = await database.ReadAsync(
            async s =>
            {
                var lifetimes = TokenLifetimes.Of(settings.Auth.Lifetimes, await AuthPolicyStore.ReadAsync(s));

                // Until it reads the keys again, another replica may still sign with one that was retired.
                var overlap = lifetimes.Longest + Stale;
                return (await SigningKeyStore.ListAsync(s, time.GetUtcNow() - overlap), overlap);
            },
            cancel);
        return Ring(rows, overlap);
    }

    /// <param name="overlap">How long a retired key still verifies.</param>
    private KeyRing Ring(List<SigningKeyRow> rows, TimeSpan overlap)
    {
        SigningKey? signing = null;
        var verification = new Dictionary<string, VerificationKey>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            if (Open(row) is not { } key)
            {
                continue;
            }

            signing ??= row.IsActive ? key : null;
            verification[row.Kid] = VerificationKey.Embedded(settings.Auth.IssuerUrl!, row.Kid, key.PublicKey, row.IsActive ? null : row.UpdatedAt + overlap);
        }

        return new KeyRing(signing, verification);
    }

    private (SigningKey Key, string Material) NewKey()
    {
        var key = SigningKey.Create();
        return (key, cipher.Encrypt(SigningKey.SecretName(key.Kid), key.ToStored()));
    }

    private SigningKey? Open(SigningKeyRow row)
    {
        if (row.Material is null)
        {
            Unusable(log, row.Kid, row.VaultReference is null ? "it has no content" : "it is in a vault");
            return null;
        }

        try
        {
            return SigningKey.FromStored(row.Kid, cipher.Decrypt(SigningKey.SecretName(row.Kid), row.Material));
        }
        catch (Exception e) when (e is SecretUnreadableException or FormatException)
        {
            Unusable(log, row.Kid, e.Message);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Signing key {kid} signs from now on")]
    private static partial void Rotated(ILogger log, string kid);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Signing key {kid} is not used: {reason}")]
    private static partial void Unusable(ILogger log, string kid, string reason);
}
