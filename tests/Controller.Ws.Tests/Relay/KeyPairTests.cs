using System.Text;
using NATS.NKeys;

namespace Controller.Ws.Tests.Relay;

/// <summary>NKeys, against pairs made by NATS' own tools.</summary>
public class KeyPairTests
{
    public static IEnumerable<Func<(string Name, string Public, string Seed)>> Vectors()
    {
        foreach (var key in RelayExample.Keys.GetProperty("keys").EnumerateObject())
        {
            yield return () => (key.Name, key.Value.GetProperty("public").GetString()!, key.Value.GetProperty("seed").GetString()!);
        }
    }

    [Test]
    [MethodDataSource(nameof(Vectors))]
    public async Task ASeedGivesItsPublicKeyAndItself(string name, string publicKey, string seed)
    {
        using var pair = KeyPair.FromSeed(seed);

        await Assert.That(pair.GetPublicKey()).IsEqualTo(publicKey);
        await Assert.That(pair.GetSeed()).IsEqualTo(seed);
        await Assert.That(pair.Prefix.ToString()).StartsWith(char.ToUpperInvariant(name[0]).ToString());
        using var half = KeyPair.FromPublicKey(publicKey);
        await Assert.That(half.Prefix).IsEqualTo(pair.Prefix);
    }

    [Test]
    [Arguments(PrefixByte.Account, 'A')]
    [Arguments(PrefixByte.Cluster, 'C')]
    [Arguments(PrefixByte.Server, 'N')]
    [Arguments(PrefixByte.Operator, 'O')]
    [Arguments(PrefixByte.User, 'U')]
    public async Task ANewPairSignsWhatItsPublicHalfVerifies(PrefixByte prefix, char letter)
    {
        using var pair = KeyPair.CreatePair(prefix);
        var message = Encoding.UTF8.GetBytes("nonce");
        var signature = new byte[64];
        pair.Sign(message, signature);
        using var half = KeyPair.FromPublicKey(pair.GetPublicKey());
        using var again = KeyPair.FromSeed(pair.GetSeed());

        await Assert.That(pair.GetPublicKey()[0]).IsEqualTo(letter);
        await Assert.That(pair.GetSeed()[..2]).IsEqualTo($"S{letter}");
        await Assert.That(again.GetPublicKey()).IsEqualTo(pair.GetPublicKey());
        await Assert.That(half.Verify(message, signature)).IsTrue();
        await Assert.That(half.Verify(Encoding.UTF8.GetBytes("other"), signature)).IsFalse();
        await Assert.That(() => half.Sign(message, signature)).Throws<NKeysException>();
        await Assert.That(half.GetSeed).Throws<NKeysException>();
    }

    [Test]
    [Arguments("")]
    [Arguments("SUACEZKRXEJI7NVCCW64OVCUTIVJMYZQIYJNFRXGT5LSYBE2GL4DRTMXOJ")]
    [Arguments("SUACEZKRXEJI7NVCCW64OVCUTIVJMYZQIYJNFRXGT5LSYBE2GL4DRTMXO")]
    [Arguments("SUBCEZKRXEJI7NVCCW64OVCUTIVJMYZQIYJNFRXGT5LSYBE2GL4DRTMXOI")]
    [Arguments("suacezkrxeji7nvccw64ovcutivjmyzqiyjnfrxgt5lsybe2gl4drtmxoi")]
    [Arguments("UBVYX5FNWBTJAWKXYOTCXVO62JABZ4Y5YJXHROH73IOEYWGMFHAQOCMP")]
    public async Task AnythingElseIsNoSeed(string text) =>
        await Assert.That(() => KeyPair.FromSeed(text)).Throws<NKeysException>();

    [Test]
    [Arguments("UBVYX5FNWBTJAWKXYOTCXVO62JABZ4Y5YJXHROH73IOEYWGMFHAQOCMQ")]
    [Arguments("SUACEZKRXEJI7NVCCW64OVCUTIVJMYZQIYJNFRXGT5LSYBE2GL4DRTMXOI")]
    public async Task AnythingElseIsNoPublicKey(string text) =>
        await Assert.That(() => KeyPair.FromPublicKey(text)).Throws<NKeysException>();
}
