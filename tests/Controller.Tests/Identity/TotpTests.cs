using System.Text;
using Controller.Identity;

namespace Controller.Tests.Identity;

/// <summary>One-time codes, their secrets, and the codes that stand in for them.</summary>
public sealed class TotpTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1782000000);

    /// <summary>RFC 6238, appendix B, SHA-1; the last six of the eight digits.</summary>
    [Test]
    [Arguments(59, "287082")]
    [Arguments(1111111109, "081804")]
    [Arguments(1111111111, "050471")]
    [Arguments(1234567890, "005924")]
    [Arguments(2000000000, "279037")]
    [Arguments(20000000000, "353130")]
    public async Task Codes_are_those_of_the_standard(long seconds, string code)
    {
        var secret = Base32.Encode("12345678901234567890"u8);
        await Assert.That(Totp.CodeAt(secret, DateTimeOffset.FromUnixTimeSeconds(seconds))).IsEqualTo(code);
        await Assert.That(Totp.Match(secret, code, DateTimeOffset.FromUnixTimeSeconds(seconds), null)).IsEqualTo(seconds / 30);
    }

    /// <summary>RFC 4648, section 10, without the padding.</summary>
    [Test]
    [Arguments("", "")]
    [Arguments("f", "MY")]
    [Arguments("fo", "MZXQ")]
    [Arguments("foo", "MZXW6")]
    [Arguments("foob", "MZXW6YQ")]
    [Arguments("fooba", "MZXW6YTB")]
    [Arguments("foobar", "MZXW6YTBOI")]
    public async Task Base32_is_that_of_the_standard(string text, string encoded)
    {
        await Assert.That(Base32.Encode(Encoding.ASCII.GetBytes(text))).IsEqualTo(encoded);
        await Assert.That(Encoding.ASCII.GetString(Base32.Decode(encoded.ToLowerInvariant() + "="))).IsEqualTo(text);
        await Assert.That(() => Base32.Decode("MZ1W")).Throws<FormatException>();
    }

    [Test]
    public async Task Secrets_are_new_and_written_as_apps_expect()
    {
        var secret = Totp.NewSecret();
        await Assert.That(Base32.Decode(secret).Length).IsEqualTo(20);
        await Assert.That(secret.Length).IsEqualTo(32);
        await Assert.That(secret).IsNotEqualTo(Totp.NewSecret());
        var example = Example.Json("auth/mfa-enroll-response.json");
        await Assert.That(Totp.Url("alice@example.org", example.GetProperty("secret").GetString()!)).IsEqualTo(example.GetProperty("otpauthUrl").GetString());
    }

    [Test]
    public async Task A_clock_may_be_one_step_off_and_no_more()
    {
        var secret = Totp.NewSecret();
        foreach (var (offset, passes) in new[] { (-60, false), (-30, true), (0, true), (30, true), (60, false) })
        {
            var code = Totp.CodeAt(secret, Now.AddSeconds(offset));
            await Assert.That(Totp.Match(secret, code, Now, null) is not null).IsEqualTo(passes).Because($"{offset} s");
        }

        var current = Totp.CodeAt(secret, Now);
        foreach (var wrong in new[] { "", current[..5], current + "0", " " + current, "١٢٣٤٥٦", "abcdef" })
        {
            await Assert.That(Totp.Match(secret, wrong, Now, null)).IsNull().Because(wrong);
        }
    }

    [Test]
    public async Task A_step_once_accepted_closes_itself_and_all_before()
    {
        var secret = Totp.NewSecret();
        var step = Totp.Match(secret, Totp.CodeAt(secret, Now), Now, null)!.Value;
        await Assert.That(Totp.Match(secret, Totp.CodeAt(secret, Now), Now, step)).IsNull();
        await Assert.That(Totp.Match(secret, Totp.CodeAt(secret, Now.AddSeconds(-30)), Now, step)).IsNull();
        await Assert.That(Totp.Match(secret, Totp.CodeAt(secret, Now.AddSeconds(30)), Now, step)).IsEqualTo(step + 1);
    }

    [Test]
    public async Task Recovery_codes_cost_one_hash_to_check_and_are_gone_one_by_one()
    {
        using var hasher = new PasswordHasher();
        var recovery = new RecoveryCodes(hasher);
        var codes = RecoveryCodes.Create();
        await Assert.That(codes.Distinct().Count()).IsEqualTo(10);
        await Assert.That(codes.All(c => c.Length == 10 && c.All(char.IsAsciiHexDigitLower))).IsTrue();
        await Assert.That(codes.All(RecoveryCodes.IsCode)).IsTrue();

        var stored = await recovery.HashAsync(codes, default);
        await Assert.That(TextList.Read(stored).Length).IsEqualTo(10);
        await Assert.That(TextList.Read(stored).All(h => h.StartsWith("$argon2id$v=19$m=19456,t=2,p=1$", StringComparison.Ordinal))).IsTrue();

        var before = hasher.Computed;
        var found = await recovery.FindAsync(codes[7].ToUpperInvariant(), stored, default);
        await Assert.That(hasher.Computed - before).IsEqualTo(1);
        await Assert.That(found).IsNotNull();
        await Assert.That(await recovery.FindAsync("0000000000", stored, default)).IsNull();
        await Assert.That(await recovery.FindAsync("0000000000", null, default)).IsNull();
        await Assert.That(hasher.Computed - before).IsEqualTo(3).Because("nothing stored costs as much");

        var left = RecoveryCodes.Without(stored, found!)!;
        await Assert.That(TextList.Read(left).Length).IsEqualTo(9);
        await Assert.That(RecoveryCodes.Without(left, found!)).IsNull();
        await Assert.That(await recovery.FindAsync(codes[7], left, default)).IsNull();
    }

    [Test]
    public async Task Recovery_codes_with_a_salt_each_are_read_too()
    {
        using var hasher = new PasswordHasher();
        var one = await hasher.HashAsync("a1b2c3d4e5");
        var two = await hasher.HashAsync("0f9e8d7c6b");
        await Assert.That(await new RecoveryCodes(hasher).FindAsync("0f9e8d7c6b", TextList.Write(["broken", one, two]), default)).IsEqualTo(two);
        await Assert.That(TextList.Read("no json")).IsEmpty();
        await Assert.That(TextList.Read("{}")).IsEmpty();
    }
}
