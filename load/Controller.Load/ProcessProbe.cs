using System.Globalization;

namespace Controller.Load;

/// <summary>Figures of the server's process, from <c>/proc</c>.</summary>
internal sealed partial class ProcessProbe
{
    private const int Sigterm = 15;

    private const double TicksPerSecond = 100; // USER_HZ, the same on every Linux that .NET runs on.
    private readonly string _proc;
    private readonly int _pid;

    public ProcessProbe(int pid)
    {
        _pid = pid;
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

    /// <summary>Asks the process to stop, as an orchestrator does.</summary>
    public void Terminate()
    {
        if (Kill(_pid, Sigterm) != 0)
        {
            throw new InvalidOperationException($"Process {_pid} takes no signal from us");
        }
    }

    /// <summary>Waits until the process is gone.</summary>
    /// <exception cref="TimeoutException">It is not.</exception>
    public async Task ExitedAsync(TimeSpan patience)
    {
        for (var clock = System.Diagnostics.Stopwatch.StartNew(); Directory.Exists(_proc) && Field("status", "VmRSS:", missing: 0) > 0;)
        {
            if (clock.Elapsed > patience)
            {
                throw new TimeoutException($"Process {_pid} does not stop");
            }

            await Task.Delay(5);
        }
    }

    [System.Runtime.InteropServices.LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);

    private long Field(string file, string name, long? missing = null)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines($"{_proc}/{file}");
        }
        catch (IOException) when (missing is not null)
        {
            return missing.Value;
        }

        foreach (var line in lines)
        {
            if (line.StartsWith(name, StringComparison.Ordinal))
            {
                return long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
            }
        }

        return missing ?? throw new InvalidOperationException($"{_proc}/{file} has no {name}");
    }
}
