using Controller.Hosting;

namespace Controller.Events;

/// <summary>What every agent repeats all day, for the audit trail: which requests, and when each was last recorded.</summary>
internal sealed class AgentReports
{
    private static readonly string[] Paths = ["/agent/status", "/agent/config/changes", "/agent/config/gps", "/agent/hal/hw", "/agent/hal/usb"];

    private readonly long[] _recordedAt = new long[Paths.Length];

    /// <summary>Whether a route takes a repeating report.</summary>
    public static bool Includes(ApiRoute route, out int report) => (report = Array.IndexOf(Paths, route.Path)) >= 0;

    /// <summary>Whether the report is to be recorded; then the next one is due after <paramref name="interval"/>.</summary>
    public bool IsDue(int report, TimeSpan interval, TimeProvider time)
    {
        var last = Volatile.Read(ref _recordedAt[report]);
        return (last == 0 || time.GetElapsedTime(last) >= interval)
            && Interlocked.CompareExchange(ref _recordedAt[report], time.GetTimestamp(), last) == last;
    }
}
