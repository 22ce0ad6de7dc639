using Controller.Hosting;

namespace Controller.Tests.Hosting;

public sealed class HeapKeeperTests
{
    private const long Megabyte = 1024 * 1024;

    [Test]
    [Arguments(0, 0, true)]
    [Arguments(1, 0, true)]
    [Arguments(108, 100, false)]
    [Arguments(114, 100, false)]
    [Arguments(115, 100, true)]
    [Arguments(80, 100, false)]
    public async Task A_whole_collection_is_due_when_the_heap_has_grown_by_a_sixteenth_and_a_little(long size, long whole, bool due) =>
        await Assert.That(HeapKeeper.IsDue(size * Megabyte, whole * Megabyte, TimeSpan.FromHours(1), TimeSpan.Zero)).IsEqualTo(due);

    [Test]
    [Arguments(39, 200, false)]
    [Arguments(40, 200, true)]
    [Arguments(5, 25, true)]
    public async Task Whole_collections_take_half_a_percent_of_the_time_at_most(int secondsSince, int millisecondsTook, bool due) =>
        await Assert.That(HeapKeeper.IsDue(200 * Megabyte, 100 * Megabyte, TimeSpan.FromSeconds(secondsSince), TimeSpan.FromMilliseconds(millisecondsTook)))
            .IsEqualTo(due);
}
