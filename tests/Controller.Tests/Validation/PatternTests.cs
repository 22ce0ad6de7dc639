using Controller.Validation;

namespace Controller.Tests.Validation;

public class PatternTests
{
    [Test]
    [Arguments("a", true)]
    [Arguments("camera-1.line-2", true)]
    [Arguments("Camera", false)]
    [Arguments("-a", false)]
    [Arguments("a-", false)]
    [Arguments("a..b", false)]
    [Arguments("a\n", false)]
    [Arguments("", false)]
    public async Task Name(string text, bool valid) => await Assert.That(Patterns.Name.IsMatch(text)).IsEqualTo(valid);

    [Test]
    [Arguments("1.10.3", true)]
    [Arguments("v3.8.0-rc.1+build.5", true)]
    [Arguments("1.2", false)]
    [Arguments("01.2.3", false)]
    [Arguments("latest", false)]
    public async Task Version(string text, bool valid) =>
        await Assert.That(Patterns.SemanticVersion.IsMatch(text)).IsEqualTo(valid);

    [Test]
    [Arguments("10GB", true)]
    [Arguments("10 mb", true)]
    [Arguments("1024", true)]
    [Arguments("10KB", false)]
    [Arguments("GB", false)]
    public async Task Storage_size(string text, bool valid) =>
        await Assert.That(Patterns.StorageSize.IsMatch(text)).IsEqualTo(valid);

    [Test]
    [Arguments("a@b.c", true)]
    [Arguments("robot@localhost", true)]
    [Arguments("a@b@c", false)]
    [Arguments("@b", false)]
    [Arguments("", false)]
    public async Task Email(string text, bool valid) => await Assert.That(Patterns.Email.IsMatch(text)).IsEqualTo(valid);

    [Test]
    [Arguments("2026-07-10T08:00:03.482Z", true)]
    [Arguments("2026-07-10T08:00:03+02:00", true)]
    [Arguments("2026-07-10", false)]
    [Arguments("now", false)]
    public async Task Date_and_time(string text, bool valid) =>
        await Assert.That(Patterns.DateTime.IsMatch(text)).IsEqualTo(valid);

    [Test]
    [Timeout(5_000)]
    public async Task A_long_hostile_name_is_refused_quickly(CancellationToken cancellation) =>
        await Assert.That(Patterns.Name.IsMatch(new string('a', 4_000_000) + "!")).IsFalse();
}
