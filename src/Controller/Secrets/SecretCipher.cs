using System.Security.Cryptography;
using System.Text;

namespace Controller.Secrets;

/// <summary>
/// Encryption of secrets at rest: <c>v1:</c> + base64 of nonce (12) ‖ tag (16) ‖ ciphertext, AES-256-GCM. Each value
/// has its own key, derived from the master key, the secret's name and the nonce; the name is authenticated too, so a
/// value copied to another row does not decrypt. Values of databases from before the master key are still read.
/// </summary>
internal sealed class SecretCipher(MasterKey master)
{
    private const string Prefix = "v1:";
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const int KeySize = 32;

    /// <param name="name">What the value belongs to; needed again to decrypt.</param>
    public string Encrypt(string name, string plaintext)
    {
        var text = Encoding.UTF8.GetBytes(plaintext);
        var sealedValue = new byte[NonceSize + TagSize + text.Length];
        var nonce = sealedValue.AsSpan(0, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        var key = new byte[KeySize];
        try
        {
            DeriveKey(name, nonce, key);
            using var aes = new AesGcm(key, TagSize);
            aes.Encrypt(
                nonce,
                text,
                sealedValue.AsSpan(NonceSize + TagSize),
                sealedValue.AsSpan(NonceSize, TagSize),
                Encoding.UTF8.GetBytes(name));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(text);
        }

        return Prefix + Convert.ToBase64String(sealedValue);
    }

    /// <summary>The text behind a stored value of either format, with or without the quotes of a JSON string.</summary>
    /// <exception cref="SecretUnreadableException"/>
    public string Decrypt(string name, string stored)
    {
        var value = Unquoted(stored);
        try
        {
            return value.StartsWith(Prefix, StringComparison.Ordinal)
                ? Open(name, Convert.FromBase64String(value[Prefix.Length..]))
                : LegacySecret.Open(name, Convert.FromBase64String(value));
        }
        catch (Exception e) when (e is CryptographicException or FormatException or DecoderFallbackException)
        {
            throw new SecretUnreadableException(name, e);
        }
    }

    /// <summary>True for a value in the old format, whose key anyone can derive: write it again when convenient.</summary>
    public static bool IsLegacy(string stored) => !Unquoted(stored).StartsWith(Prefix, StringComparison.Ordinal);

    private string Open(string name, ReadOnlySpan<byte> sealedValue)
    {
        if (sealedValue.Length < NonceSize + TagSize)
        {
            throw new CryptographicException("The value is too short");
        }

        var nonce = sealedValue[..NonceSize];
        var key = new byte[KeySize];
        try
        {
            DeriveKey(name, nonce, key);
            return AesText.Decrypt(
                key,
                nonce,
                sealedValue.Slice(NonceSize, TagSize),
                sealedValue[(NonceSize + TagSize)..],
                Encoding.UTF8.GetBytes(name));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private void DeriveKey(string name, ReadOnlySpan<byte> nonce, Span<byte> key) =>
        master.Derive(nonce, Encoding.UTF8.GetBytes($"controller/secret/v1\0{name}"), key);

    private static string Unquoted(string stored) =>
        stored.Length >= 2 && stored[0] == '"' && stored[^1] == '"' ? stored[1..^1] : stored;
}
