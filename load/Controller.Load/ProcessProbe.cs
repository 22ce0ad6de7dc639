using System.Globalization;

namespace Controller.Load;

/// <summary>Figures of the server's process, from <c>/proc</c>.</summary>
internal sealed class ProcessProbe
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on every Linux that .NET runs on.
    private readonly string _proc;

    public ProcessProbe(int pid)
    {
        _proc = $"/proc/{pid}";
        if (!Directory.Exists(_proc))
        {
            throw new UsageException($"--pid {pid}: there is no such process here");
        }
    }

    public static ProcessProbe? From(Arguments args) => args.OptionalNumber("pid") is { } pid ? new ProcessProbe(pid) : null;

    /// <summary>Resident memory in MB (10^6 bytes).</summary>
    public double ResidentMegabytes => Field("status", "VmRSS:") * 1024 / 1e6;

    /// <summary>Bytes that were sent to storage so far. Needs the right to read the process's I/O figures.</summary>
    public long WrittenBytes => Field("io", "write_bytes:");

    /// <summary>Processor time used so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            var text = File.ReadAllText(_proc + "/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
            return TimeSpan.FromSeconds(ticks / TicksPerSecond);
        }
    }

    private long Field(string file, string name)
    {
        foreach (var line in File.ReadLines($"{_proc}/{file}"))
        {
            if (line.StartsWith(name, StringComparison.Ordinal))
            {
                return long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
            }
        }

        throw new InvalidOperationException($"{_proc}/{file} has no {name}");
    }
}
