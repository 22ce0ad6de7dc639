using Controller.Hosting;

namespace Controller.Tests.Hosting;

public sealed class HeapKeeperTests
{
    private const long Megabyte = 1024 * 1024;

    [Test]
    [Arguments(16, 0, false)]
    [Arguments(17, 0, true)]
    [Arguments(116, 100, false)]
    [Arguments(128, 100, false)]
    [Arguments(129, 100, true)]
    [Arguments(80, 100, false)]
    public async Task A_whole_collection_is_due_when_the_heap_has_grown_by_an_eighth_and_a_little(long size, long whole, bool due) =>
        await Assert.That(HeapKeeper.IsDue(size * Megabyte, whole * Megabyte)).IsEqualTo(due);
}
