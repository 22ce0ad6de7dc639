using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Controller.Identity;

/// <summary>An RS256 key pair of the embedded issuer (auth-rbac 3.3).</summary>
internal sealed class SigningKey
{
    private const int Bits = 2048;

    private readonly RSAParameters _parameters;

    private SigningKey(string kid, RSAParameters parameters)
    {
        Kid = kid;
        _parameters = parameters;
    }

    public string Kid { get; }

    /// <summary>Modulus and exponent only.</summary>
    public RSAParameters PublicKey => new() { Modulus = _parameters.Modulus, Exponent = _parameters.Exponent };

    /// <summary>The name under which the key's stored text is encrypted.</summary>
    public static string SecretName(string kid) => $"oidc-key-{kid}";

    public static SigningKey Create()
    {
        using var rsa = RSA.Create(Bits);
        return new SigningKey(Guid.NewGuid().ToString("D"), rsa.ExportParameters(true));
    }

    /// <summary>Reads <c>{"jwk": …}</c>, the text that is stored encrypted.</summary>
    /// <exception cref="FormatException">It holds no usable private RSA key.</exception>
    public static SigningKey FromStored(string kid, string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var jwk = document.RootElement.GetProperty("jwk");
            var modulus = Bytes(jwk, "n");
            var half = (modulus.Length + 1) / 2;
            var parameters = new RSAParameters
            {
                Modulus = modulus,
                Exponent = Bytes(jwk, "e"),
                D = Bytes(jwk, "d", modulus.Length),
                P = Bytes(jwk, "p", half),
                Q = Bytes(jwk, "q", half),
                DP = Bytes(jwk, "dp", half),
                DQ = Bytes(jwk, "dq", half),
                InverseQ = Bytes(jwk, "qi", half),
            };
            using var check = RSA.Create(parameters);
            return new SigningKey(kid, parameters);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or CryptographicException or ArgumentException)
        {
            throw new FormatException("No private RSA key in JWK form", e);
        }
    }

    /// <summary>The text to encrypt and store.</summary>
    public string ToStored()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("jwk");
            writer.WriteString("kty", "RSA");
            writer.WriteString("kid", Kid);
            writer.WriteString("alg", "RS256");
            writer.WriteString("use", "sig");
            Write(writer, "n", _parameters.Modulus);
            Write(writer, "e", _parameters.Exponent);
            Write(writer, "d", _parameters.D);
            Write(writer, "p", _parameters.P);
            Write(writer, "q", _parameters.Q);
            Write(writer, "dp", _parameters.DP);
            Write(writer, "dq", _parameters.DQ);
            Write(writer, "qi", _parameters.InverseQ);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>RS256. Thread-safe: each call has its own key handle.</summary>
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        using var rsa = RSA.Create(_parameters);
        return rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private static void Write(Utf8JsonWriter writer, string name, byte[]? value) => writer.WriteString(name, Base64Url.EncodeToString(value));

    /// <summary>JWK numbers have no leading zeros, RSAParameters have fixed lengths.</summary>
    private static byte[] Bytes(JsonElement jwk, string name, int length = 0)
    {
        var value = Base64Url.DecodeFromChars(jwk.GetProperty(name).GetString());
        var padded = new byte[Math.Max(length, value.Length)];
        value.CopyTo(padded, padded.Length - value.Length);
        return padded;
    }
}
