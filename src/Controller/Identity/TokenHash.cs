using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Controller.Identity;

/// <summary>SHA-256 of a token: what is remembered of it, so that memory holds no usable token.</summary>
internal readonly record struct TokenHash(UInt128 High, UInt128 Low)
{
    public static TokenHash Of(string token)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        if (token.Length <= 2048)
        {
            // UTF-8 takes at most three bytes per UTF-16 unit.
            Span<byte> bytes = stackalloc byte[token.Length * 3];
            SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(token, bytes)], hash);
        }
        else
        {
            SHA256.HashData(Encoding.UTF8.GetBytes(token), hash);
        }

        return new TokenHash(BinaryPrimitives.ReadUInt128BigEndian(hash), BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));
    }
}
