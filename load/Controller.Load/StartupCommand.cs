using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Controller.Load;

/// <summary>How soon a binary serves, and what it weighs.</summary>
internal static class StartupCommand
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(5);

    public static async Task<bool> RunAsync(Arguments args, Report report)
    {
        var binary = Path.GetFullPath(args.Required("binary"));
        var runs = args.Number("runs", 5);
        var extra = args.All("env").Select(static pair => pair.Split('=', 2)).ToList();
        args.RejectRest();
        if (!File.Exists(binary))
        {
            throw new UsageException($"--binary {binary}: no such file");
        }

        if (extra.Any(static pair => pair.Length != 2))
        {
            throw new UsageException("--env takes NAME=VALUE");
        }

        List<Run> fresh = [], existing = [];
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(1) }) { Timeout = TimeSpan.FromSeconds(2) };
        for (var i = 0; i < runs; i++)
        {
            var data = Directory.CreateTempSubdirectory("controller-startup-").FullName;
            try
            {
                fresh.Add(await OnceAsync(http, binary, data, extra));
                existing.Add(await OnceAsync(http, binary, data, extra));
                Console.WriteLine($"  run {i + 1}: fresh {Show(fresh[^1])}, existing {Show(existing[^1])}");
            }
            finally
            {
                Directory.Delete(data, recursive: true);
            }
        }

        report.Add("binary", new FileInfo(binary).Length / 1e6, "MB", 2);
        Add("fresh data directory", fresh);
        Add("existing data directory", existing);
        report.Count("runs", runs);
        report.Count("starts that did not end with code 0", fresh.Concat(existing).Count(static run => run.ExitCode != 0));
        return fresh.Concat(existing).All(static run => run.Ready is not null && run.ExitCode == 0);

        void Add(string what, List<Run> all)
        {
            var ready = all.Where(static run => run.Ready is not null).Select(static run => run.Ready!.Value.TotalMilliseconds).Order().ToList();
            if (ready.Count == 0)
            {
                report.Note(what, "never served");
                return;
            }

            report.Add($"{what}: start to first 200, median", ready[ready.Count / 2], "ms");
            report.Add($"{what}: start to first 200, worst", ready[^1], "ms");
            var memory = all.Where(static run => run.Memory > 0).Select(static run => run.Memory).Order().ToList();
            report.Add($"{what}: memory after {s_idle.TotalSeconds:0} s idle, median", memory.Count > 0 ? memory[memory.Count / 2] : 0, "MB");
            var stop = all.Select(static run => run.Stop.TotalMilliseconds).Order().ToList();
            report.Add($"{what}: SIGTERM to exit, median", stop[stop.Count / 2], "ms");
        }
    }

    private static async Task<Run> OnceAsync(HttpClient http, string binary, string data, List<string[]> extra)
    {
        var (api, console) = (FreePort(), FreePort());
        var start = new ProcessStartInfo(binary) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = data };
        start.Environment["API_PORT"] = api.ToString();
        start.Environment["CONSOLE_PORT"] = console.ToString();
        start.Environment["DATA_DIRECTORY"] = data;
        start.Environment.TryAdd("OIDC_BOOTSTRAP_ADMIN_USERNAME", "admin@example.com");
        start.Environment.TryAdd("OIDC_BOOTSTRAP_ADMIN_PASSWORD", "Change-Me-Now-1");
        foreach (var pair in extra)
        {
            start.Environment[pair[0]] = pair[1];
        }

        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start) ?? throw new UsageException($"{binary} cannot be started");
        var tail = new Queue<string>();
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        TimeSpan? ready = null;
        while (watch.Elapsed < s_patience && !process.HasExited)
        {
            try
            {
                using var response = await http.GetAsync($"http://127.0.0.1:{api}/api/v3/status");
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    ready = watch.Elapsed;
                    break;
                }
            }
            catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
            {
                // Not listening yet.
            }

            await Task.Delay(1);
        }

        double memory = 0;
        if (ready is not null)
        {
            await Task.Delay(s_idle);
            if (!process.HasExited)
            {
                memory = new ProcessProbe(process.Id).ResidentMegabytes;
            }
        }
        else
        {
            await Task.Delay(100);
            lock (tail)
            {
                Console.WriteLine("  did not serve; its last lines:");
                foreach (var line in tail)
                {
                    Console.WriteLine("    " + line);
                }
            }
        }

        watch.Restart();
        if (!process.HasExited)
        {
            using var kill = Process.Start("kill", ["-TERM", process.Id.ToString()]);
            await kill.WaitForExitAsync();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                await process.WaitForExitAsync();
            }
        }

        return new Run(ready, memory, watch.Elapsed, process.ExitCode);

        void Keep(object sender, DataReceivedEventArgs line)
        {
            lock (tail)
            {
                tail.Enqueue(line.Data ?? "");
                if (tail.Count > 12)
                {
                    tail.Dequeue();
                }
            }
        }
    }

    private static string Show(Run run) => run.Ready is { } ready ? $"{ready.TotalMilliseconds:0} ms, {run.Memory:0.0} MB" : "never served";

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private sealed record Run(TimeSpan? Ready, double Memory, TimeSpan Stop, int ExitCode);
}
