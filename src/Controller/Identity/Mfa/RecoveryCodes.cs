using System.Security.Cryptography;

namespace Controller.Identity;

/// <summary>
/// Codes that stand in for a lost authenticator, each once (auth-rbac 6.6). The codes of a set share one salt, so that
/// checking one costs one Argon2id hash and not ten; with 40 random bits each, an attacker who has the database gains
/// a factor of ten on more work than a password would be.
/// </summary>
internal sealed class RecoveryCodes(PasswordHasher hasher)
{
    private const int Count = 10;
    private const int Length = 10;

    /// <summary>Ten new codes of ten hexadecimal digits.</summary>
    public static string[] Create() =>
        [.. Enumerable.Range(0, Count).Select(_ => RandomNumberGenerator.GetHexString(Length, lowercase: true))];

    /// <summary>Whether a text looks like a code at all; anything else is not worth a hash.</summary>
    public static bool IsCode(string text) => text.Length == Length && text.All(char.IsAsciiHexDigit);

    /// <summary>The JSON array to store.</summary>
    public async Task<string> HashAsync(IReadOnlyList<string> codes, CancellationToken cancel) =>
        TextList.Write(await hasher.HashTogetherAsync(codes, cancel));

    /// <summary>The stored hash of a code; null when it is none of them. Costs at least one hash, also without any stored.</summary>
    public Task<string?> FindAsync(string code, string? storedHashes, CancellationToken cancel) =>
        hasher.FindAsync(code.ToLowerInvariant(), TextList.Read(storedHashes), cancel);

    /// <summary>The JSON array without one hash; null when it is no longer there: the code was used meanwhile.</summary>
    public static string? Without(string? storedHashes, string hash)
    {
        var hashes = TextList.Read(storedHashes);
        return hashes.Contains(hash) ? TextList.Write([.. hashes.Where(h => h != hash)]) : null;
    }
}
