using System.Diagnostics;
using System.Globalization;

namespace Controller.Load;

/// <summary>
/// Processor time that a hypervisor gave to other machines while this one had work: what makes the same load slow today
/// and fast tomorrow.
/// </summary>
internal sealed class StolenTime
{
    private const int Field = 8;
    private const double TicksPerSecond = 100; // USER_HZ
    private readonly long _ticks = Read();
    private readonly long _started = Stopwatch.GetTimestamp();

    /// <summary>Share of the machine's processor time since this was made, in percent.</summary>
    public double Percent => (Read() - _ticks) / TicksPerSecond / Stopwatch.GetElapsedTime(_started).TotalSeconds / Environment.ProcessorCount * 100;

    public void AddTo(Report report, string when) => report.Add($"processor time stolen by the hypervisor {when}", Percent, "%");

    private static long Read() => OperatingSystem.IsLinux()
        ? long.Parse(File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[Field], CultureInfo.InvariantCulture)
        : 0;
}
