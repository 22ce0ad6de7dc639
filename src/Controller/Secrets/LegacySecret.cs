using System.Security.Cryptography;
using System.Text;

namespace Controller.Secrets;

/// <summary>
/// The format of databases written by the original: base64 of salt (16) ‖ nonce (12) ‖ tag (16) ‖ ciphertext,
/// AES-256-GCM under PBKDF2-HMAC-SHA256 of the secret's name. Read only: the name is no secret, so neither is the key.
/// </summary>
internal static class LegacySecret
{
    private const int SaltSize = 16;
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const int Header = SaltSize + NonceSize + TagSize;
    private const int Rounds = 100_000;

    /// <exception cref="CryptographicException"/>
    public static string Open(string name, ReadOnlySpan<byte> value)
    {
        if (value.Length < Header)
        {
            throw new CryptographicException("The value is too short");
        }

        var key = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(name), value[..SaltSize], Rounds, HashAlgorithmName.SHA256, outputLength: 32);
        return AesText.Decrypt(
            key,
            value.Slice(SaltSize, NonceSize),
            value.Slice(SaltSize + NonceSize, TagSize),
            value[Header..],
            associatedData: []);
    }
}
