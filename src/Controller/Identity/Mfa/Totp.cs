using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Controller.Identity;

/// <summary>
/// Time-based one-time passwords of RFC 6238 with what every authenticator app takes for granted: SHA-1, six digits,
/// steps of 30 seconds (auth-rbac 6.6).
/// </summary>
internal static class Totp
{
    private const int Digits = 6;
    private const int SecretBytes = 20;
    private const int StepSeconds = 30;

    /// <summary>How many steps a phone's clock may be off, either way.</summary>
    private const int Tolerance = 1;

    /// <summary>A new secret in base32.</summary>
    public static string NewSecret() => Base32.Encode(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>What an authenticator app reads from a QR code.</summary>
    /// <param name="account">Login name, for the user to tell entries apart.</param>
    /// <param name="secret">Base32.</param>
    public static string Url(string account, string secret) =>
        $"otpauth://totp/Controller:{Uri.EscapeDataString(account)}?secret={secret}&issuer=Controller";

    /// <summary>Whether a text looks like a code at all.</summary>
    public static bool IsCode(string text) => text.Length == Digits && text.All(char.IsAsciiDigit);

    /// <summary>The code of a point in time.</summary>
    public static string CodeAt(string secret, DateTimeOffset time) => Code(Base32.Decode(secret), StepAt(time));

    /// <summary>
    /// The time step to which a code belongs: the current one or a neighbour, but later than <paramref name="lastStep"/>,
    /// since a code that was used once, or is older than one, may have been seen by somebody (RFC 6238, 5.2).
    /// </summary>
    /// <returns>Null for a wrong code.</returns>
    public static long? Match(string secret, string code, DateTimeOffset now, long? lastStep)
    {
        if (!IsCode(code))
        {
            return null;
        }

        var key = Base32.Decode(secret);
        var current = StepAt(now);
        var given = Encoding.ASCII.GetBytes(code);
        long? match = null;
        for (var step = current - Tolerance; step <= current + Tolerance; step++)
        {
            // All are compared, so that time does not tell which one it was.
            var equal = CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Code(key, step)), given);
            if (equal && !(step <= lastStep))
            {
                match ??= step;
            }
        }

        return match;
    }

    private static long StepAt(DateTimeOffset time) => time.ToUnixTimeSeconds() / StepSeconds;

    private static string Code(byte[] key, long step)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
        HMACSHA1.HashData(key, counter, hash);

        // The dynamic truncation of RFC 4226, 5.3.
        var number = BinaryPrimitives.ReadInt32BigEndian(hash[(hash[^1] & 0xF)..]) & int.MaxValue;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }
}
