using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Controller.Secrets;
using NSec.Cryptography;

namespace Controller.Agents;

/// <summary>Ed25519 key pairs of agents: made at provisioning, stored encrypted as a JWK (agent-wire 4.1).</summary>
internal sealed class FogKeys(SecretCipher cipher)
{
    /// <summary>A new pair: what the agent gets once, and what is stored.</summary>
    public (string PrivateKey, string StoredPublicKey) Create(string fogUuid)
    {
        using var key = Key.Create(SignatureAlgorithm.Ed25519, new() { ExportPolicy = KeyExportPolicies.AllowPlaintextExport });
        var x = Base64Url.EncodeToString(key.PublicKey.Export(KeyBlobFormat.RawPublicKey));
        var d = Base64Url.EncodeToString(key.Export(KeyBlobFormat.RawPrivateKey));
        var privateKey = Base64($$"""{"crv":"Ed25519","d":"{{d}}","x":"{{x}}","kty":"OKP"}""");
        var publicKey = Base64($$"""{"crv":"Ed25519","x":"{{x}}","kty":"OKP"}""");
        return (privateKey, cipher.Encrypt(fogUuid, $$"""{"value":"{{publicKey}}"}"""));
    }

    /// <summary>The key in a stored text.</summary>
    public PublicKey Read(string fogUuid, string stored)
    {
        using var wrapper = JsonDocument.Parse(cipher.Decrypt(fogUuid, stored));
        using var jwk = JsonDocument.Parse(Convert.FromBase64String(wrapper.RootElement.GetProperty("value").GetString()!));
        var x = Base64Url.DecodeFromChars(jwk.RootElement.GetProperty("x").GetString());
        return PublicKey.Import(SignatureAlgorithm.Ed25519, x, KeyBlobFormat.RawPublicKey);
    }

    private static string Base64(string json) => Convert.ToBase64String(Encoding.ASCII.GetBytes(json));
}
