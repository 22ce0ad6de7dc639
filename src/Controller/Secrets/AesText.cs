using System.Security.Cryptography;
using System.Text;

namespace Controller.Secrets;

/// <summary>AES-256-GCM from bytes to text.</summary>
internal static class AesText
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="CryptographicException">Wrong key, or changed bytes.</exception>
    public static string Decrypt(
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> tag,
        ReadOnlySpan<byte> ciphertext,
        ReadOnlySpan<byte> associatedData)
    {
        var text = new byte[ciphertext.Length];
        try
        {
            using var aes = new AesGcm(key, tag.Length);
            aes.Decrypt(nonce, ciphertext, tag, text, associatedData);
            return StrictUtf8.GetString(text);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }
}
