using Controller.Secrets;
using CsCheck;

namespace Controller.Tests.Secrets;

public class SecretCipherTests
{
    private const string Key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private static readonly SecretCipher Cipher = new(MasterKey.Load(Key, null, ""));

    [Test]
    public void What_goes_in_comes_out() =>
        Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 0, 40], Gen.String[Gen.Char['\0', '\u07ff'], 0, 200])
            .Sample((name, text) => Cipher.Decrypt(name, Cipher.Encrypt(name, text)) == text, iter: 500);

    [Test]
    public async Task The_same_text_is_never_stored_the_same_way()
    {
        var stored = Cipher.Encrypt("a", "text");

        await Assert.That(stored).StartsWith("v1:");
        await Assert.That(Cipher.Encrypt("a", "text")).IsNotEqualTo(stored);
        await Assert.That(SecretCipher.IsLegacy(stored)).IsFalse();
    }

    /// <summary>Made with another implementation: the format must stay readable for ever.</summary>
    [Test]
    public async Task Stored_values_stay_readable() =>
        await Assert.That(Cipher.Decrypt("db-login", "v1:ZGVmZ2hpamtsbW5vluzvsFqneMj3QfefBSBI2/f4tFE6zsPSyGfGh6Xo5Z5CKZg=")).IsEqualTo("""{"username":"edge"}""");

    [Test]
    public async Task Any_changed_byte_is_noticed()
    {
        var stored = Convert.FromBase64String(Cipher.Encrypt("a", "text")[3..]);
        for (var i = 0; i < stored.Length; i++)
        {
            var changed = stored.ToArray();
            changed[i] ^= 1;
            await Unreadable("a", $"v1:{Convert.ToBase64String(changed)}");
        }
    }

    [Test]
    public async Task Another_name_or_key_does_not_open_it()
    {
        var stored = Cipher.Encrypt("a", "text");

        await Unreadable("b", stored);
        var other = new SecretCipher(MasterKey.Load(Convert.ToBase64String(new byte[32]), null, ""));
        await Assert.That(() => other.Decrypt("a", stored)).Throws<SecretUnreadableException>();
    }

    [Test]
    [Arguments("")]
    [Arguments("v1:")]
    [Arguments("v1:AAAA")]
    [Arguments("v1:not base64")]
    [Arguments("plain text")]
    [Arguments("AAAA")]
    [Arguments("\"")]
    [Arguments("VAULT_REF:secret/data/x")]
    public async Task What_is_no_stored_value_is_unreadable(string stored) => await Unreadable("a", stored);

    [Test]
    public async Task The_exception_names_the_secret_and_not_its_content()
    {
        var error = await Assert.That(() => Cipher.Decrypt("db-login", "s3cret")).Throws<SecretUnreadableException>();

        await Assert.That(error!.Name).IsEqualTo("db-login");
        await Assert.That(error.Message).Contains("db-login");
        await Assert.That(error.ToString()).DoesNotContain("s3cret");
    }

    [Test]
    [Arguments("encoded")]
    [Arguments("columnValue")]
    public async Task The_old_format_is_read(string form)
    {
        var vector = Example.Json("secrets/secret.at-rest.vector.json");
        var stored = vector.GetProperty(form).GetString()!;

        await Assert.That(Cipher.Decrypt("db-login", stored)).IsEqualTo(vector.GetProperty("plaintext").GetString());
        await Assert.That(SecretCipher.IsLegacy(stored)).IsTrue();
        await Unreadable("other", stored);
    }

    private static async Task Unreadable(string name, string stored) =>
        await Assert.That(() => Cipher.Decrypt(name, stored)).Throws<SecretUnreadableException>();
}
