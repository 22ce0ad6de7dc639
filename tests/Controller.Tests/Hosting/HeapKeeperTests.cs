using Controller.Hosting;

namespace Controller.Tests.Hosting;

public sealed class HeapKeeperTests
{
    private const long Megabyte = 1024 * 1024;

    [Test]
    [Arguments(0, 0, true)]
    [Arguments(1, 0, true)]
    [Arguments(116, 100, false)]
    [Arguments(122, 100, false)]
    [Arguments(123, 100, true)]
    [Arguments(80, 100, false)]
    public async Task A_whole_collection_is_due_when_the_heap_has_grown_by_a_sixteenth_and_a_little(long size, long least, bool due) =>
        await Assert.That(HeapKeeper.IsDue(size * Megabyte, least * Megabyte, TimeSpan.FromHours(1), TimeSpan.Zero)).IsEqualTo(due);

    [Test]
    [Arguments(23, 200, false)]
    [Arguments(24, 200, true)]
    [Arguments(3, 25, true)]
    public async Task Whole_collections_take_less_than_a_percent_of_the_time(int secondsSince, int millisecondsTook, bool due) =>
        await Assert.That(HeapKeeper.IsDue(200 * Megabyte, 100 * Megabyte, TimeSpan.FromSeconds(secondsSince), TimeSpan.FromMilliseconds(millisecondsTook)))
            .IsEqualTo(due);
}
