using System.Diagnostics;

namespace Controller.Hosting;

/// <summary>
/// Keeps the process small. What a held poll or a session needs is old before it is garbage, and the collector lets the
/// old generation grow to a multiple of what lives on it before it looks there, and keeps what a burst needed. This asks
/// for a whole collection when the memory of the heap has grown a little since the last, unless those would then take a
/// noticeable share of the time: one takes 0.2 s with ten thousand nodes. The first one comes soon after the start, which
/// leaves more behind than it needs.
/// </summary>
internal sealed class HeapKeeper : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    /// <summary>Bytes. Growth that is not worth looking for; the young generations need most of it.</summary>
    private const long Slack = 16 * 1024 * 1024;

    /// <summary>At least this many times as long as one took lies between two: they take less than a percent of the time.</summary>
    private const int Rest = 120;

    private readonly Timer _timer;
    private long _started = Stopwatch.GetTimestamp();
    private TimeSpan _took;
    private long _least;

    public HeapKeeper() => _timer = new(static keeper => ((HeapKeeper)keeper!).Look(), this, Period, Period);

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var size = GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes;
        if (IsDue(size, _least, Stopwatch.GetElapsedTime(_started), _took))
        {
            _started = Stopwatch.GetTimestamp();
            // Compacting, and what is free goes back to the system; some of it only with the next collections.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
            _took = Stopwatch.GetElapsedTime(_started);
            _least = GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes;
        }
        else
        {
            _least = Math.Min(_least, size);
        }
    }

    /// <summary>Whether a whole collection is worth its time.</summary>
    /// <param name="size">Bytes that the heap holds, used or not.</param>
    /// <param name="least">The least of these since the last whole collection; 0 before it.</param>
    /// <param name="since">Time since that one started.</param>
    /// <param name="took">How long it took; zero before it.</param>
    internal static bool IsDue(long size, long least, TimeSpan since, TimeSpan took) =>
        (least == 0 || size > least + (least / 16) + Slack) && since >= took * Rest;
}
