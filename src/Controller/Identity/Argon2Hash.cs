using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Controller.Identity;

/// <summary>
/// An Argon2id hash in PHC string form: <c>$argon2id$v=19$m=19456,t=2,p=1$salt$hash</c>, base64 without padding.
/// </summary>
/// <param name="MemoryKiB">Memory in KiB.</param>
/// <param name="Passes">Times over the memory.</param>
internal sealed record Argon2Hash(int MemoryKiB, int Passes, byte[] Salt, byte[] Hash)
{
    /// <summary>What libsodium takes; the reference implementation also knows others.</summary>
    public const int SaltSize = 16;

    // A stored string must not make a login cost the machine: these are several times what anyone configures.
    private const int MaxMemoryKiB = 262_144;
    private const int MaxPasses = 16;
    private const int MaxHashSize = 64;
    private const int MinHashSize = 16;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"$argon2id$v=19$m={MemoryKiB},t={Passes},p=1${Encode(Salt)}${Encode(Hash)}");

    /// <summary>False for any other algorithm or version, or parameters out of bounds.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Argon2Hash? hash)
    {
        hash = null;
        if (text.Length > 300 || text.Split('$') is not ["", "argon2id", "v=19", var parameters, var saltText, var hashText])
        {
            return false;
        }

        if (parameters.Split(',') is not [var memoryText, var passesText, "p=1"]
            || !TryNumber(memoryText, "m=", 8, MaxMemoryKiB, out var memory)
            || !TryNumber(passesText, "t=", 1, MaxPasses, out var passes)
            || Decode(saltText) is not { Length: SaltSize } salt
            || Decode(hashText) is not { Length: >= MinHashSize and <= MaxHashSize } value)
        {
            return false;
        }

        hash = new Argon2Hash(memory, passes, salt, value);
        return true;
    }

    private static bool TryNumber(string text, string name, int min, int max, out int number)
    {
        number = 0;
        return text.StartsWith(name, StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && number >= min
            && number <= max;
    }

    private static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    private static byte[]? Decode(string text)
    {
        var padded = text.PadRight((text.Length + 3) / 4 * 4, '=');
        var bytes = new byte[padded.Length / 4 * 3];
        return Convert.TryFromBase64String(padded, bytes, out var length) ? bytes[..length] : null;
    }
}
