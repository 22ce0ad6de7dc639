using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using NSec.Cryptography;

namespace Edgelet.Simulator;

/// <summary>The Ed25519 key that a node got when it was provisioned.</summary>
public sealed class AgentKey : IDisposable
{
    private static readonly SignatureAlgorithm s_algorithm = SignatureAlgorithm.Ed25519;
    private readonly Key _key;

    private AgentKey(Key key) => _key = key;

    /// <summary>The public half, 32 bytes.</summary>
    public byte[] PublicKey => _key.PublicKey.Export(KeyBlobFormat.RawPublicKey);

    /// <summary>A new random key, for forging tokens.</summary>
    public static AgentKey Generate() => FromSeed(RandomNumberGenerator.GetBytes(32));

    /// <summary>A key from its 32-byte seed.</summary>
    public static AgentKey FromSeed(ReadOnlySpan<byte> seed) =>
        new(Key.Import(s_algorithm, seed, KeyBlobFormat.RawPrivateKey));

    /// <summary>
    /// Reads the <c>privateKey</c> of a provisioning answer: padded standard base64 of a private JWK.
    /// </summary>
    /// <exception cref="AgentDecodeException">The text is not that; the path names the part at fault.</exception>
    public static AgentKey FromWire(string privateKey)
    {
        byte[] jwk;
        try
        {
            jwk = Convert.FromBase64String(privateKey);
        }
        catch (FormatException)
        {
            throw new AgentDecodeException("privateKey", "is not padded standard base64");
        }

        // The agent uses Go's decoder, which refuses white space .NET would skip.
        if (privateKey.AsSpan().ContainsAny(" \t"))
        {
            throw new AgentDecodeException("privateKey", "holds white space");
        }

        using var document = StrictObject.Parse(jwk, "privateKey", out var root);
        Expect(root, "kty", "OKP");
        Expect(root, "crv", "Ed25519");
        var seed = Bytes32(root, "d");
        var stated = Bytes32(root, "x");
        var key = FromSeed(seed);
        if (!key.PublicKey.AsSpan().SequenceEqual(stated))
        {
            throw new AgentDecodeException("privateKey.x", "is not the public key of d");
        }

        return key;
    }

    /// <summary>Signs <paramref name="data"/> into <paramref name="signature"/> (64 bytes).</summary>
    public void Sign(ReadOnlySpan<byte> data, Span<byte> signature) => s_algorithm.Sign(_key, data, signature);

    /// <summary>Whether <paramref name="signature"/> over <paramref name="data"/> was made by this key.</summary>
    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        s_algorithm.Verify(_key.PublicKey, data, signature);

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    private static void Expect(in StrictObject jwk, string name, string value)
    {
        var found = jwk.String(name);
        if (found != value)
        {
            throw new AgentDecodeException($"privateKey.{name}", $"is \"{found}\", not \"{value}\"");
        }
    }

    private static byte[] Bytes32(in StrictObject jwk, string name)
    {
        var text = jwk.String(name);
        try
        {
            if (!text.Contains('='))
            {
                var bytes = Base64Url.DecodeFromChars(text);
                if (bytes.Length == 32)
                {
                    return bytes;
                }
            }
        }
        catch (FormatException)
        {
            // Reported below with the other malformed forms.
        }

        throw new AgentDecodeException($"privateKey.{name}", "is not unpadded base64url of 32 bytes");
    }
}
