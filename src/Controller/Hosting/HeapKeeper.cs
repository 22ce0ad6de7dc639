using System.Diagnostics;

namespace Controller.Hosting;

/// <summary>
/// Keeps the process small. What a held poll or a session needs is old before it is garbage, and the collector lets the
/// old generation grow to a multiple of what lives on it before it looks there. This asks for a whole collection when the
/// heap has grown a little since the last, unless those would then take a noticeable share of the time: one takes 0.2 s
/// with ten thousand nodes. The first one comes soon after the start, which leaves more behind than it needs.
/// </summary>
internal sealed class HeapKeeper : IDisposable
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    /// <summary>Bytes. Growth that is not worth looking for.</summary>
    private const long Slack = 8 * 1024 * 1024;

    /// <summary>At least this many times as long as one took lies between two: they take half a percent of the time at most.</summary>
    private const int Rest = 200;

    private readonly Timer _timer;
    private long _started = Stopwatch.GetTimestamp();
    private TimeSpan _took;

    public HeapKeeper() => _timer = new(static keeper => ((HeapKeeper)keeper!).Look(), this, First, Period);

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var whole = GC.GetGCMemoryInfo(GCKind.FullBlocking);
        if (IsDue(GC.GetGCMemoryInfo(GCKind.Any).HeapSizeBytes, whole.HeapSizeBytes, Stopwatch.GetElapsedTime(_started), _took))
        {
            _started = Stopwatch.GetTimestamp();
            // Compacting, and what is free goes back to the system.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
            _took = Stopwatch.GetElapsedTime(_started);
        }
    }

    /// <summary>Whether a whole collection is worth its time.</summary>
    /// <param name="size">Bytes of the heap after the last collection of any kind.</param>
    /// <param name="whole">The same after the last whole one; 0 before it.</param>
    /// <param name="since">Time since the last one that was asked for here.</param>
    /// <param name="took">How long that one took; zero before it.</param>
    internal static bool IsDue(long size, long whole, TimeSpan since, TimeSpan took) =>
        (whole == 0 || size > whole + (whole / 16) + Slack) && since >= took * Rest;
}
