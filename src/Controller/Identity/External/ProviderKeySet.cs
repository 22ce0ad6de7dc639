using System.Buffers.Text;
using System.Text.Json;
using Controller.Hosting;
using Microsoft.IdentityModel.Tokens;

namespace Controller.Identity.External;

/// <summary>
/// The keys of a provider's JWKS that can verify signatures (RFC 7517). Each is bound to the algorithms of its own kind,
/// so that no key can be used as what it is not; secrets (<c>oct</c>), keys for encryption and weak keys are left out.
/// </summary>
internal sealed class ProviderKeySet
{
    private const int LeastRsaBytes = 2048 / 8;

    private static readonly string[] RsaAlgorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
    ];

    private static readonly Dictionary<string, (string Algorithm, int Bytes)> Curves = new(StringComparer.Ordinal)
    {
        [JsonWebKeyECTypes.P256] = (SecurityAlgorithms.EcdsaSha256, 32),
        [JsonWebKeyECTypes.P384] = (SecurityAlgorithms.EcdsaSha384, 48),
        [JsonWebKeyECTypes.P521] = (SecurityAlgorithms.EcdsaSha512, 66),
    };

    private readonly List<VerificationKey> _keys;

    private ProviderKeySet(List<VerificationKey> keys) => _keys = keys;

    /// <summary>Whether any key could be meant: never <c>none</c>, never an algorithm with a shared secret.</summary>
    public static bool Supports(string algorithm) =>
        RsaAlgorithms.Contains(algorithm) || Curves.Values.Any(c => c.Algorithm == algorithm);

    /// <exception cref="IdentityProviderException">It holds no key that can verify.</exception>
    public static ProviderKeySet Parse(JsonFields document, string issuer)
    {
        var keys = new List<VerificationKey>();
        foreach (var item in document.Array("keys") ?? [])
        {
            if (item.ValueKind == JsonValueKind.Object && Read(new JsonFields(item), issuer) is { } key)
            {
                keys.Add(key);
            }
        }

        return keys.Count > 0 ? new ProviderKeySet(keys) : throw new IdentityProviderException("The identity provider's JWKS has no key that verifies signatures");
    }

    /// <summary>The one key that a token with this header means; null when there is none, or several.</summary>
    public VerificationKey? Find(string? kid, string algorithm)
    {
        var named = _keys.Where(k => k.Algorithms.Contains(algorithm) && (string.IsNullOrEmpty(kid) || k.Key.KeyId == kid)).Take(2).ToList();
        return named.Count == 1 ? named[0] : null;
    }

    private static VerificationKey? Read(JsonFields jwk, string issuer)
    {
        if (jwk.Text("use") is not (null or "sig") || jwk.Texts("key_ops")?.Contains("verify") == false)
        {
            return null;
        }

        var (key, algorithms) = jwk.Text("kty") switch
        {
            JsonWebAlgorithmsKeyTypes.RSA => Rsa(jwk),
            JsonWebAlgorithmsKeyTypes.EllipticCurve => EllipticCurve(jwk),
            _ => default,
        };
        if (key is null)
        {
            return null;
        }

        key.Kid = jwk.Text("kid");
        return jwk.Text("alg") is not { } only ? new VerificationKey(issuer, key, algorithms!)
            : algorithms!.Contains(only) ? new VerificationKey(issuer, key, [only])
            : null;
    }

    private static (JsonWebKey? Key, string[]? Algorithms) Rsa(JsonFields jwk) =>
        Length(jwk, "n") >= LeastRsaBytes && Length(jwk, "e") > 0
            ? (new JsonWebKey { Kty = JsonWebAlgorithmsKeyTypes.RSA, N = jwk.Text("n"), E = jwk.Text("e") }, RsaAlgorithms)
            : default;

    private static (JsonWebKey? Key, string[]? Algorithms) EllipticCurve(JsonFields jwk) =>
        jwk.Text("crv") is { } curve && Curves.TryGetValue(curve, out var rules) && Length(jwk, "x") == rules.Bytes && Length(jwk, "y") == rules.Bytes
            ? (new JsonWebKey { Kty = JsonWebAlgorithmsKeyTypes.EllipticCurve, Crv = curve, X = jwk.Text("x"), Y = jwk.Text("y") }, [rules.Algorithm])
            : default;

    /// <summary>Bytes of a number; 0 when it is none.</summary>
    private static int Length(JsonFields jwk, string name) =>
        jwk.Text(name) is { } text && Base64Url.IsValid(text, out var length) ? length : 0;
}
