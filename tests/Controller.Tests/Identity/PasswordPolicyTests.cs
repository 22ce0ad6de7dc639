using Controller.Identity;

namespace Controller.Tests.Identity;

public class PasswordPolicyTests
{
    [Test]
    [Arguments("Correct-Horse-9", null)]
    [Arguments("Aa3456789012", null)]
    [Arguments("Aa345678901", "Password must be at least 12 characters")]
    [Arguments("correct-horse-9", "Password must contain an uppercase letter")]
    [Arguments("CORRECT-HORSE-9", "Password must contain a lowercase letter")]
    [Arguments("Correct-Horse-Nine", "Password must contain a digit")]
    [Arguments("ÄÖÜ-correct-٣", "Password must contain an uppercase letter; Password must contain a digit")]
    [Arguments("", "Password must be at least 12 characters; Password must contain an uppercase letter; Password must contain a lowercase letter; Password must contain a digit")]
    public async Task Messages(string password, string? message) =>
        await Assert.That(new PasswordPolicy().Validate(password)).IsEqualTo(message);

    [Test]
    public async Task Rules_can_be_switched_off()
    {
        var lax = new PasswordPolicy(MinLength: 4, RequireUppercase: false, RequireLowercase: false, RequireDigit: false);

        await Assert.That(lax.Validate("----")).IsNull();
        await Assert.That(lax.Validate("---")).IsEqualTo("Password must be at least 4 characters");
    }

    [Test]
    public async Task Former_passwords_count_as_far_back_as_the_policy_says()
    {
        using var hasher = new PasswordHasher();
        List<string> history = [await hasher.HashAsync("newest"), await hasher.HashAsync("older"), await hasher.HashAsync("oldest")];
        var policy = new PasswordPolicy(HistoryCount: 2);

        await Assert.That(await policy.WasUsedAsync("older", history, hasher)).IsTrue();
        await Assert.That(await policy.WasUsedAsync("oldest", history, hasher)).IsFalse();
        await Assert.That(await policy.WasUsedAsync("other", history, hasher)).IsFalse();
    }
}
