using System.Buffers.Text;
using System.Security.Cryptography;

namespace Controller.Identity;

/// <summary>Texts that nobody can guess: 256 random bits, base64url.</summary>
internal static class RandomText
{
    public static string Create() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
}
