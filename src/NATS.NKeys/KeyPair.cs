using System.Security.Cryptography;
using NSec.Cryptography;

namespace NATS.NKeys;

/// <summary>
/// An Ed25519 key of NATS: operator, account, user. Made from its seed it signs and verifies, from its public text it
/// only verifies.
/// </summary>
public sealed class KeyPair : IDisposable
{
    private readonly Key? _private;
    private readonly PublicKey _public;

    private KeyPair(PrefixByte prefix, Key? key, PublicKey publicKey)
    {
        Prefix = prefix;
        _private = key;
        _public = publicKey;
    }

    /// <summary>What the key is of.</summary>
    public PrefixByte Prefix { get; }

    /// <summary>A new pair.</summary>
    public static KeyPair CreatePair(PrefixByte prefix)
    {
        var key = Key.Create(SignatureAlgorithm.Ed25519, new() { ExportPolicy = KeyExportPolicies.AllowPlaintextExport });
        return new(prefix, key, key.PublicKey);
    }

    /// <summary>The pair of a seed (<c>SU…</c>, <c>SA…</c>, <c>SO…</c>).</summary>
    /// <exception cref="NKeysException">It is none.</exception>
    public static KeyPair FromSeed(ReadOnlySpan<char> encodedSeed)
    {
        Span<byte> seed = stackalloc byte[KeyText.KeySize];
        try
        {
            var prefix = KeyText.DecodeSeed(encodedSeed, seed);
            var key = Key.Import(
                SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey, new() { ExportPolicy = KeyExportPolicies.AllowPlaintextExport });
            return new(prefix, key, key.PublicKey);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    /// <summary>The public half from its text (<c>U…</c>, <c>A…</c>, <c>O…</c>).</summary>
    /// <exception cref="NKeysException">It is none.</exception>
    public static KeyPair FromPublicKey(ReadOnlySpan<char> publicKey)
    {
        Span<byte> raw = stackalloc byte[KeyText.KeySize];
        var prefix = KeyText.DecodePublic(publicKey, raw);
        return PublicKey.TryImport(SignatureAlgorithm.Ed25519, raw, KeyBlobFormat.RawPublicKey, out var key)
            ? new(prefix, null, key!)
            : throw new NKeysException("Not a valid public NKey");
    }

    /// <summary>The text of the seed.</summary>
    /// <exception cref="NKeysException">Only the public half is known.</exception>
    public string GetSeed()
    {
        var seed = Private.Export(KeyBlobFormat.RawPrivateKey);
        try
        {
            return KeyText.EncodeSeed(Prefix, seed);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    /// <summary>The text of the public half.</summary>
    public string GetPublicKey() => KeyText.EncodePublic(Prefix, _public.Export(KeyBlobFormat.RawPublicKey));

    /// <summary>Signs a message.</summary>
    /// <param name="message">What to sign.</param>
    /// <param name="signature">64 bytes, filled.</param>
    /// <exception cref="NKeysException">Only the public half is known.</exception>
    public void Sign(ReadOnlyMemory<byte> message, Memory<byte> signature) =>
        SignatureAlgorithm.Ed25519.Sign(Private, message.Span, signature.Span);

    /// <summary>Whether a signature is of this key and message.</summary>
    public bool Verify(ReadOnlyMemory<byte> message, ReadOnlyMemory<byte> signature) =>
        SignatureAlgorithm.Ed25519.Verify(_public, message.Span, signature.Span);

    /// <summary>Wipes the private half.</summary>
    public void Dispose() => _private?.Dispose();

    private Key Private => _private ?? throw new NKeysException("Only the public half of this NKey is known");
}
