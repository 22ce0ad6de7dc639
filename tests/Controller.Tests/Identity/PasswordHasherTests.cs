using Controller.Identity;

namespace Controller.Tests.Identity;

public class PasswordHasherTests
{
    // Made with another implementation of Argon2.
    private const string Vector = "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$kWb70HOWogBSsxmX1yvNf+pN/IfxIc55Ik2zw2awZoo";
    private const string OtherParameters = "$argon2id$v=19$m=64,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$xDY5hMrxY50hJi4xzJM91BFzES+8CkB5";

    private readonly PasswordHasher _hasher = new();

    [After(Test)]
    public void Clean() => _hasher.Dispose();

    [Test]
    [Arguments(Vector, "Correct-Horse-9", true)]
    [Arguments(Vector, "correct-horse-9", false)]
    [Arguments(OtherParameters, "pässwörd", true)]
    [Arguments(OtherParameters, "passwort", false)]
    public async Task Vectors(string stored, string password, bool valid) =>
        await Assert.That(await _hasher.VerifyAsync(password, stored)).IsEqualTo(valid);

    [Test]
    public async Task A_hash_is_salted_and_verifies()
    {
        var stored = await _hasher.HashAsync("Correct-Horse-9");

        await Assert.That(stored).Matches(@"^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$");
        await Assert.That(await _hasher.HashAsync("Correct-Horse-9")).IsNotEqualTo(stored);
        await Assert.That(await _hasher.VerifyAsync("Correct-Horse-9", stored)).IsTrue();
        await Assert.That(await _hasher.VerifyAsync("", stored)).IsFalse();
    }

    [Test]
    [Arguments("")]
    [Arguments("plain")]
    [Arguments("$argon2i$v=19$m=64,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$xDY5hMrxY50hJi4xzJM91BFzES+8CkB5")]
    [Arguments("$argon2id$v=16$m=64,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$xDY5hMrxY50hJi4xzJM91BFzES+8CkB5")]
    [Arguments("$argon2id$v=19$m=64,t=3,p=2$c29tZXNhbHRzb21lc2FsdA$xDY5hMrxY50hJi4xzJM91BFzES+8CkB5")]
    [Arguments("$argon2id$v=19$m=4194304,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$xDY5hMrxY50hJi4xzJM91BFzES+8CkB5")]
    [Arguments("$argon2id$v=19$m=64,t=1000,p=1$c29tZXNhbHRzb21lc2FsdA$xDY5hMrxY50hJi4xzJM91BFzES+8CkB5")]
    [Arguments("$argon2id$v=19$m=-64,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$xDY5hMrxY50hJi4xzJM91BFzES+8CkB5")]
    [Arguments("$argon2id$v=19$m=64,t=3,p=1$c29tZQ$xDY5hMrxY50hJi4xzJM91BFzES+8CkB5")]
    [Arguments("$argon2id$v=19$m=64,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$")]
    [Arguments("$argon2id$v=19$m=64,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$!!!!")]
    [Arguments("$argon2id$v=19$m=64,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$xDY5hMrxY50hJi4xzJM91BFzES+8CkB5$x")]
    public async Task What_is_no_usable_hash_matches_nothing(string stored) =>
        await Assert.That(await _hasher.VerifyAsync("pässwörd", stored)).IsFalse();

    [Test]
    public async Task Old_parameters_ask_for_a_new_hash()
    {
        await Assert.That(PasswordHasher.NeedsRehash(Vector)).IsFalse();
        await Assert.That(PasswordHasher.NeedsRehash(OtherParameters)).IsTrue();
        await Assert.That(PasswordHasher.NeedsRehash("plain")).IsTrue();
    }

    [Test]
    [Timeout(60_000)]
    public async Task A_crowd_of_logins_is_served_in_turn(CancellationToken cancellation)
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(
            i => Task.Run(() => _hasher.VerifyAsync(i % 2 == 0 ? "pässwörd" : "x", OtherParameters, cancellation), cancellation)));

        await Assert.That(results.Count(valid => valid)).IsEqualTo(10);
    }

    [Test]
    public async Task Waiting_for_a_slot_can_be_given_up()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.That(async () => await _hasher.VerifyDummyAsync("x", cancelled.Token)).Throws<OperationCanceledException>();
        await _hasher.VerifyDummyAsync("x");
    }
}
