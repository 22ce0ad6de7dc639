using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;

namespace Controller.Identity;

/// <summary>
/// Argon2id (19 MiB, two passes). Thread-safe. At most <paramref name="slots"/> hashes are computed at a time, so
/// that a crowd of logins waits instead of taking all memory and every core.
/// </summary>
internal sealed class PasswordHasher(int slots = 2) : IDisposable
{
    private const int MemoryKiB = 19_456;
    private const int Passes = 2;
    private const int HashSize = 32;

    // Of a password nobody knows: it only has to cost as much as a real one.
    private static readonly Argon2Hash Dummy =
        new(MemoryKiB, Passes, new byte[Argon2Hash.SaltSize], new byte[HashSize]);

    private readonly SemaphoreSlim _slots = new(slots);
    private long _computed;

    /// <summary>Hashes computed so far.</summary>
    public long Computed => Interlocked.Read(ref _computed);

    /// <summary>The PHC string to store.</summary>
    public async Task<string> HashAsync(string password, CancellationToken cancellation = default)
    {
        var parameters = NewParameters();
        return (parameters with { Hash = await ComputeAsync(password, parameters, cancellation) }).ToString();
    }

    /// <summary>PHC strings of several secrets under one salt, so that <see cref="FindAsync"/> compares a text with all of them at once.</summary>
    public async Task<string[]> HashTogetherAsync(IReadOnlyList<string> secrets, CancellationToken cancellation = default)
    {
        var parameters = NewParameters();
        var hashes = new string[secrets.Count];
        for (var i = 0; i < hashes.Length; i++)
        {
            hashes[i] = (parameters with { Hash = await ComputeAsync(secrets[i], parameters, cancellation) }).ToString();
        }

        return hashes;
    }

    /// <summary>
    /// The stored string that is the secret's hash, or null. Computes one hash per different salt, and one when there
    /// is none.
    /// </summary>
    public async Task<string?> FindAsync(string secret, IReadOnlyList<string> stored, CancellationToken cancellation = default)
    {
        var computed = new Dictionary<(int Memory, int Passes, int Size, string Salt), byte[]>();
        string? found = null;
        foreach (var text in stored)
        {
            if (!Argon2Hash.TryParse(text, out var expected))
            {
                continue;
            }

            var key = (expected.MemoryKiB, expected.Passes, expected.Hash.Length, Convert.ToHexString(expected.Salt));
            if (!computed.TryGetValue(key, out var actual))
            {
                computed[key] = actual = await ComputeAsync(secret, expected, cancellation);
            }

            if (CryptographicOperations.FixedTimeEquals(actual, expected.Hash))
            {
                found ??= text;
            }
        }

        if (computed.Count == 0)
        {
            await VerifyDummyAsync(secret, cancellation);
        }

        return found;
    }

    /// <summary>
    /// Whether the password is the stored one. A stored string that is no usable hash matches nothing, at the same cost.
    /// </summary>
    public async Task<bool> VerifyAsync(string password, string stored, CancellationToken cancellation = default)
    {
        if (!Argon2Hash.TryParse(stored, out var expected))
        {
            await VerifyDummyAsync(password, cancellation);
            return false;
        }

        var actual = await ComputeAsync(password, expected, cancellation);
        return CryptographicOperations.FixedTimeEquals(actual, expected.Hash);
    }

    /// <summary>Takes as long as a verification. For unknown users, so that time does not tell who exists.</summary>
    public Task VerifyDummyAsync(string password, CancellationToken cancellation = default) =>
        ComputeAsync(password, Dummy, cancellation);

    /// <summary>True when the stored hash was made with other parameters than today's.</summary>
    public static bool NeedsRehash(string stored) =>
        !Argon2Hash.TryParse(stored, out var hash) || hash.MemoryKiB != MemoryKiB || hash.Passes != Passes;

    public void Dispose() => _slots.Dispose();

    private static Argon2Hash NewParameters() =>
        new(MemoryKiB, Passes, RandomNumberGenerator.GetBytes(Argon2Hash.SaltSize), new byte[HashSize]);

    private async Task<byte[]> ComputeAsync(string password, Argon2Hash parameters, CancellationToken cancellation)
    {
        await _slots.WaitAsync(cancellation);
        try
        {
            Interlocked.Increment(ref _computed);
            var algorithm = PasswordBasedKeyDerivationAlgorithm.Argon2id(new Argon2Parameters
            {
                DegreeOfParallelism = 1,
                MemorySize = parameters.MemoryKiB,
                NumberOfPasses = parameters.Passes,
            });
            return algorithm.DeriveBytes(Encoding.UTF8.GetBytes(password), parameters.Salt, parameters.Hash.Length);
        }
        finally
        {
            _slots.Release();
        }
    }
}
