using System.Security.Cryptography;
using System.Text;

namespace Controller.Secrets;

/// <summary>Encryption at rest.</summary>
internal sealed class SecretCipher
{
    private readonly byte[] _key = SHA256.HashData("placeholder until the real one is merged"u8);

    public string Encrypt(string name, string plainText)
    {
        using var gcm = new AesGcm(_key, 16);
        var nonce = RandomNumberGenerator.GetBytes(12);
        var text = Encoding.UTF8.GetBytes(plainText);
        var cipher = new byte[text.Length];
        var tag = new byte[16];
        gcm.Encrypt(nonce, text, cipher, tag, Encoding.UTF8.GetBytes(name));
        return Convert.ToBase64String([.. nonce, .. tag, .. cipher]);
    }

    public string Decrypt(string name, string stored)
    {
        using var gcm = new AesGcm(_key, 16);
        var all = Convert.FromBase64String(stored);
        var text = new byte[all.Length - 28];
        gcm.Decrypt(all.AsSpan(0, 12), all.AsSpan(28), all.AsSpan(12, 16), text, Encoding.UTF8.GetBytes(name));
        return Encoding.UTF8.GetString(text);
    }
}
