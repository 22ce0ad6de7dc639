using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Edgelet.Simulator;

/// <summary>
/// A JWT as the Edgelet signs it: one per HTTP try, valid ten minutes. Every part can be overridden or,
/// with null, left out, so that a test can forge what an agent would never send.
/// </summary>
public sealed class AgentToken
{
    /// <summary>Seconds between <c>iat</c> and <c>exp</c>.</summary>
    public const int LifetimeSeconds = 600;

    /// <summary>The issuer the Edgelet names.</summary>
    public const string DefaultIssuer = "https://edgelet.default.svc.bridge.local";

    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    private static readonly byte[] s_uniquePrefix = RandomNumberGenerator.GetBytes(24);
    private static long s_unique;

    /// <summary>A token of <paramref name="subject"/> with everything as the Edgelet sets it at <paramref name="now"/>.</summary>
    public AgentToken(string? subject, string audience, DateTimeOffset now)
    {
        var seconds = now.ToUnixTimeSeconds();
        Subject = subject;
        Audience = [audience];
        IssuedAt = NotBefore = seconds;
        Expires = seconds + LifetimeSeconds;
        Jti = NewJti();
    }

    /// <summary>Header <c>alg</c>. A value other than EdDSA is still signed with Ed25519 unless <see cref="Signature"/> is set.</summary>
    public string? Algorithm { get; set; } = "EdDSA";

    /// <summary>Header <c>typ</c>.</summary>
    public string? Type { get; set; } = "JWT";

    /// <summary>Header <c>kid</c>; only older agents send one.</summary>
    public string? KeyId { get; set; }

    /// <summary>Claim <c>sub</c>: the fog's uuid.</summary>
    public string? Subject { get; set; }

    /// <summary>Claim <c>iss</c>.</summary>
    public string? Issuer { get; set; } = DefaultIssuer;

    /// <summary>Claim <c>aud</c>: always an array on the wire.</summary>
    public IReadOnlyList<string>? Audience { get; set; }

    /// <summary>Claim <c>iat</c>, seconds.</summary>
    public long? IssuedAt { get; set; }

    /// <summary>Claim <c>nbf</c>, seconds.</summary>
    public long? NotBefore { get; set; }

    /// <summary>Claim <c>exp</c>, seconds.</summary>
    public long? Expires { get; set; }

    /// <summary>Claim <c>tokenUse</c>.</summary>
    public string? TokenUse { get; set; } = "controller";

    /// <summary>Claim <c>jti</c>.</summary>
    public string? Jti { get; set; }

    /// <summary>Replaces the signature bytes; an empty array makes an unsigned token.</summary>
    public byte[]? Signature { get; set; }

    /// <summary>A claims text to sign instead of the claims above, well-formed or not.</summary>
    public string? RawClaims { get; set; }

    /// <summary>A signed token of a node, as the Edgelet makes it.</summary>
    public static string Create(AgentKey key, string subject, string audience, DateTimeOffset now) =>
        new AgentToken(subject, audience, now).Sign(key);

    /// <summary>A new token id: 52 characters, unpadded base32 of a SHA-256 of something unique.</summary>
    public static string NewJti()
    {
        Span<byte> unique = stackalloc byte[s_uniquePrefix.Length + sizeof(long)];
        s_uniquePrefix.CopyTo(unique);
        BinaryPrimitives.WriteInt64BigEndian(unique[s_uniquePrefix.Length..], Interlocked.Increment(ref s_unique));
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(unique, hash);
        return Base32(hash);
    }

    /// <summary>The compact serialisation, signed with <paramref name="key"/>.</summary>
    public string Sign(AgentKey key) => Encoding.ASCII.GetString(SignToUtf8(key));

    /// <summary>As <see cref="Sign"/>, without the string.</summary>
    public byte[] SignToUtf8(AgentKey key)
    {
        var header = WriteHeader();
        var claims = RawClaims is null ? WriteClaims() : Encoding.UTF8.GetBytes(RawClaims);
        var headerLength = Base64Url.GetEncodedLength(header.Length);
        var claimsLength = Base64Url.GetEncodedLength(claims.Length);
        var signed = headerLength + 1 + claimsLength;
        Span<byte> fresh = stackalloc byte[64];
        scoped ReadOnlySpan<byte> signature = Signature;
        var token = new byte[signed + 1 + Base64Url.GetEncodedLength(Signature?.Length ?? fresh.Length)];
        Base64Url.EncodeToUtf8(header, token);
        token[headerLength] = (byte)'.';
        Base64Url.EncodeToUtf8(claims, token.AsSpan(headerLength + 1));
        if (Signature is null)
        {
            key.Sign(token.AsSpan(0, signed), fresh);
            signature = fresh;
        }

        token[signed] = (byte)'.';
        Base64Url.EncodeToUtf8(signature, token.AsSpan(signed + 1));
        return token;
    }

    private byte[] WriteHeader()
    {
        if (Algorithm == "EdDSA" && Type == "JWT" && KeyId is null)
        {
            return """{"alg":"EdDSA","typ":"JWT"}"""u8.ToArray();
        }

        var buffer = new ArrayBufferWriter<byte>(96);
        using var json = new Utf8JsonWriter(buffer, s_json);
        json.WriteStartObject();
        Text(json, "alg", Algorithm);
        Text(json, "kid", KeyId);
        Text(json, "typ", Type);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private ReadOnlySpan<byte> WriteClaims()
    {
        var buffer = new ArrayBufferWriter<byte>(384);
        using var json = new Utf8JsonWriter(buffer, s_json);
        json.WriteStartObject();
        if (Audience is not null)
        {
            json.WriteStartArray("aud"u8);
            foreach (var audience in Audience)
            {
                json.WriteStringValue(audience);
            }

            json.WriteEndArray();
        }

        Number(json, "exp", Expires);
        Number(json, "iat", IssuedAt);
        Text(json, "iss", Issuer);
        Text(json, "jti", Jti);
        Number(json, "nbf", NotBefore);
        Text(json, "sub", Subject);
        Text(json, "tokenUse", TokenUse);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan;
    }

    private static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void Number(Utf8JsonWriter json, string name, long? value)
    {
        if (value is not null)
        {
            json.WriteNumber(name, value.Value);
        }
    }

    private static string Base32(ReadOnlySpan<byte> bytes)
    {
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        Span<char> text = stackalloc char[((bytes.Length * 8) + 4) / 5];
        int pending = 0, bits = 0, at = 0;
        foreach (var b in bytes)
        {
            pending = (pending << 8) | b;
            bits += 8;
            while (bits >= 5)
            {
                bits -= 5;
                text[at++] = alphabet[(pending >> bits) & 31];
            }

            pending &= (1 << bits) - 1;
        }

        if (bits > 0)
        {
            text[at] = alphabet[(pending << (5 - bits)) & 31];
        }

        return new string(text);
    }
}
