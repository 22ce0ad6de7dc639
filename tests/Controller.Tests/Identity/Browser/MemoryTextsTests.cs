using Controller.Identity.Browser;
using Microsoft.Extensions.Time.Testing;

namespace Controller.Tests.Identity.Browser;

/// <summary>Short-lived texts in memory.</summary>
public sealed class MemoryTextsTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Test]
    public async Task A_text_is_found_until_its_time_is_over_and_taken_once()
    {
        var clock = new FakeTimeProvider();
        var texts = new MemoryTexts(clock);
        await texts.PutAsync("a", "1", Minute, default);
        await texts.PutAsync("a", "2", Minute, default);
        await texts.PutAsync("b", "3", Minute * 2, default);
        await Assert.That(await texts.FindAsync("a", default)).IsEqualTo("2");
        await Assert.That(await texts.TakeAsync("a", default)).IsEqualTo("2");
        await Assert.That(await texts.TakeAsync("a", default)).IsNull();
        clock.Advance(Minute * 2);
        await Assert.That(await texts.FindAsync("b", default)).IsNull();
        await texts.PutAsync("c", "4", Minute, default);
        await texts.RemoveAsync("c", default);
        await Assert.That(await texts.FindAsync("c", default)).IsNull();
    }

    [Test]
    public async Task When_full_what_ends_first_makes_room()
    {
        var texts = new MemoryTexts(new FakeTimeProvider(), capacity: 2);
        await texts.PutAsync("long", "1", Minute * 3, default);
        await texts.PutAsync("short", "2", Minute, default);
        await texts.PutAsync("new", "3", Minute * 2, default);
        await Assert.That(await texts.FindAsync("short", default)).IsNull();
        await Assert.That(await texts.FindAsync("long", default)).IsEqualTo("1");
        await Assert.That(await texts.FindAsync("new", default)).IsEqualTo("3");
        await texts.PutAsync("new", "4", Minute * 2, default);
        await Assert.That(await texts.FindAsync("long", default)).IsEqualTo("1").Because("replacing takes no room");
    }
}
