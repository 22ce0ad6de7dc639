namespace Controller.Hosting;

/// <summary>
/// Keeps the process small. What a held poll or a session needs is old before it is garbage, and the collector lets the
/// old generation grow to a multiple of what lives on it before it looks there; a whole collection takes 0.1 to 0.2 s with
/// ten thousand nodes. This asks for one when the heap has grown by an eighth since the last.
/// </summary>
internal sealed class HeapKeeper : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    /// <summary>Bytes. Growth that is not worth looking for.</summary>
    private const long Slack = 16 * 1024 * 1024;

    private readonly Timer _timer = new(static _ => Look(), null, Period, Period);

    public void Dispose() => _timer.Dispose();

    private static void Look()
    {
        var whole = GC.GetGCMemoryInfo(GCKind.FullBlocking);
        if (IsDue(GC.GetGCMemoryInfo(GCKind.Any).HeapSizeBytes, whole.HeapSizeBytes))
        {
            // Compacting, and what is free goes back to the system.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        }
    }

    /// <summary>Whether a whole collection is worth its time.</summary>
    /// <param name="size">Bytes of the heap after the last collection of any kind.</param>
    /// <param name="whole">The same after the last whole one; 0 before it.</param>
    internal static bool IsDue(long size, long whole) => size > whole + (whole / 8) + Slack;
}
