using System.Text;
using System.Text.Json;
using Edgelet.Simulator;

namespace Controller.Tests.Simulator;

public class AgentTokenTests
{
    [Test]
    public async Task The_vector_is_reproduced_byte_for_byte()
    {
        using var vector = JsonDocument.Parse(AgentExamples.Text("auth.jwt-vector.json"));
        var claims = vector.RootElement.GetProperty("claims");
        using var key = AgentKey.FromWire(vector.RootElement.GetProperty("privateKeyOnWire").GetString()!);
        var token = new AgentToken(
            claims.GetProperty("sub").GetString(),
            claims.GetProperty("aud")[0].GetString()!,
            DateTimeOffset.FromUnixTimeSeconds(claims.GetProperty("iat").GetInt64()))
        {
            Jti = claims.GetProperty("jti").GetString(),
        };

        await Assert.That(token.Sign(key)).IsEqualTo(vector.RootElement.GetProperty("token").GetString());
    }

    [Test]
    public async Task Token_ids_are_unique_and_52_characters_of_base32()
    {
        var ids = Enumerable.Range(0, 1000).Select(_ => AgentToken.NewJti()).ToList();

        await Assert.That(ids.Distinct().Count()).IsEqualTo(1000);
        await Assert.That(ids.All(id => id.Length == 52 && id.All(c => c is (>= 'A' and <= 'Z') or (>= '2' and <= '7')))).IsTrue();
    }

    [Test]
    public async Task Claims_can_be_left_out_and_replaced()
    {
        using var key = AgentKey.Generate();
        var token = new AgentToken("fog", "aud", DateTimeOffset.FromUnixTimeSeconds(1000)) { Jti = null, Algorithm = "none", Expires = 5, Signature = [] };
        var parts = token.Sign(key).Split('.');

        await Assert.That(parts[2]).IsEqualTo("");
        await Assert.That(Decode(parts[0])).IsEqualTo("""{"alg":"none","typ":"JWT"}""");
        await Assert.That(Decode(parts[1])).IsEqualTo("""{"aud":["aud"],"exp":5,"iat":1000,"iss":"https://edgelet.default.svc.bridge.local","nbf":1000,"sub":"fog","tokenUse":"controller"}""");
    }

    [Test]
    [Arguments("not base64!", "privateKey")]
    [Arguments("""{"crv":"P-256","d":"30TH9IqnzpOgR-GHh4cA-iF3lq4gXC5BBk9OvijieSQ","x":"A4GtuJs0h3J6Sd3tU0IEcccAo9KJRDuQBSsPN4_78Hs","kty":"OKP"}""", "privateKey.crv")]
    [Arguments("""{"crv":"Ed25519","d":"30TH9IqnzpOgR-GHh4cA-iF3lq4gXC5BBk9OvijieSQ=","x":"A4GtuJs0h3J6Sd3tU0IEcccAo9KJRDuQBSsPN4_78Hs","kty":"OKP"}""", "privateKey.d")]
    [Arguments("""{"crv":"Ed25519","d":"30TH9IqnzpOgR-GHh4cA-iF3lq4gXC5BBk9OvijieSQ","x":"30TH9IqnzpOgR-GHh4cA-iF3lq4gXC5BBk9OvijieSQ","kty":"OKP"}""", "privateKey.x")]
    public async Task Keys_the_agent_could_not_use_are_refused(string jwk, string path)
    {
        var wire = jwk.StartsWith('{') ? Convert.ToBase64String(Encoding.UTF8.GetBytes(jwk)) : jwk;

        var error = await Assert.ThrowsAsync<AgentDecodeException>(() => Task.FromResult(AgentKey.FromWire(wire)));
        await Assert.That(error!.Path).IsEqualTo(path);
    }

    private static string Decode(string part) => Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(part));
}
