using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Edgelet.Simulator;
using HdrHistogram;

namespace Controller.Load;

/// <summary>
/// How fast operators are answered by a Controller that has much to tell: lists of everything, single microservices and
/// whole applications, while the fleet lives at its stock cadence.
/// </summary>
internal static class WorkloadsCommand
{
    private const int DeployedMicroservices = 20;
    private const int ChangesBeforeLists = 20;
    private const double ListLimit = 100, SingleLimit = 20, DeployLimit = 200, SmallListRate = 5_000;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    public static async Task<bool> RunAsync(Arguments args, Report report)
    {
        var target = Target.From(args);
        var size = new Size(args.Number("fogs", 1000), args.Number("applications", 200), args.Number("microservices-per-application", 30));
        var operatorCount = args.Number("operators", 10);
        var seconds = TimeSpan.FromSeconds(args.Number("seconds", 20));
        var pause = TimeSpan.FromMilliseconds(args.Number("pause", 1000));
        var probe = ProcessProbe.From(args);
        var keep = args.Flag("keep");
        args.RejectRest();
        var url = new Uri(target.Url);
        if (url.Scheme != "http")
        {
            throw new UsageException("workloads speaks plain http only");
        }

        using var operators = await Session.OpenAsync(target);
        await using var fleet = new Fleet(operators, target, keep);
        await using var applications = new Applications(operators, keep);
        var run = new Run(operators, url, operatorCount, seconds, pause, probe, report);

        Console.WriteLine("Small lists: 1 fog, 1 application of 3 microservices, no fleet");
        var first = await ProvisionAsync(fleet, target, 1);
        try
        {
            await applications.CreateAsync(3, [first[0].Uuid!], 0);
            foreach (var path in (string[])["/registries", "/application", "/microservices"])
            {
                await run.SmallListAsync(path);
            }
        }
        finally
        {
            await StopAsync(first);
        }

        await applications.DeleteAllAsync();
        Console.WriteLine($"Seeding: {size.Fogs:N0} fogs, {size.Applications:N0} applications of {size.PerApplication:N0} microservices");
        var edgelets = await ProvisionAsync(fleet, target, size.Fogs);
        try
        {
            var fogs = Array.ConvertAll(edgelets, static edgelet => edgelet.Uuid!);
            var watch = Stopwatch.StartNew();
            await Fleet.EachAsync(size.Applications, "applications deployed", index => applications.CreateAsync(size.PerApplication, fogs, index * size.PerApplication));
            report.Add("seeding: microservices created per second", size.Microservices / watch.Elapsed.TotalSeconds, "", 0);
            await LiveAsync(edgelets, size.Microservices);
            if (probe is not null)
            {
                report.Add("server memory before the lists", probe.ResidentMegabytes, "MB");
            }

            await run.ListAsync("/iofog-list", "fogs", size.Fogs);
            await run.ListAsync("/application", "applications", size.Applications);
            await run.ListAsync("/microservices", "microservices", size.Microservices);
            foreach (var path in (string[])["/application", "/microservices"])
            {
                await run.ListAfterChangeAsync(path, fogs, applications.Names[0]);
            }

            await run.SinglesAsync(applications.Names[0], fogs);
            await run.DeploymentsAsync(applications, fogs);
            report.Count("agent calls that failed", edgelets.Sum(static edgelet => edgelet.Counters.CallFailures));
            if (probe is not null)
            {
                report.Add("server memory at the end", probe.ResidentMegabytes, "MB");
            }
        }
        finally
        {
            await StopAsync(edgelets);
        }

        return run.Passed;
    }

    private static async Task<SimulatedEdgelet[]> ProvisionAsync(Fleet fleet, Target target, int count)
    {
        var edgelets = new SimulatedEdgelet[count];
        await Fleet.EachAsync(count, "fogs provisioned", async index =>
        {
            var (_, key) = await fleet.CreateAsync();
            var options = new EdgeletOptions { ControllerUrl = target.AgentUrl, StartDelay = TimeSpan.FromSeconds(Random.Shared.NextDouble() * 10) };
            edgelets[index] = new SimulatedEdgelet(options, fleet.Http);
            await edgelets[index].ProvisionAsync(key);
        });
        return edgelets;
    }

    private static Task StopAsync(SimulatedEdgelet[] edgelets) =>
        Task.WhenAll(edgelets.Where(static edgelet => edgelet is not null).Select(static edgelet => edgelet.DisposeAsync().AsTask()));

    /// <summary>Starts the fleet and waits until it runs what it was given and has nothing left to ask.</summary>
    private static async Task LiveAsync(SimulatedEdgelet[] edgelets, int microservices)
    {
        var watch = Stopwatch.StartNew();
        foreach (var edgelet in edgelets)
        {
            edgelet.Start();
        }

        while (edgelets.Any(static edgelet => edgelet.IsInitializing || edgelet.Counters.Acknowledged < 2)
            || edgelets.Sum(static edgelet => edgelet.MicroservicesRunning) < microservices)
        {
            if (watch.Elapsed > TimeSpan.FromSeconds(180))
            {
                throw new TimeoutException($"Only {edgelets.Sum(static edgelet => edgelet.MicroservicesRunning)} of {microservices} microservices came up");
            }

            await Task.Delay(250);
        }

        Console.WriteLine($"  fleet running everything after {watch.Elapsed.TotalSeconds:0} s");
    }

    private sealed record Size(int Fogs, int Applications, int PerApplication)
    {
        public int Microservices => Applications * PerApplication;
    }

    /// <summary>The applications of a run; what is left goes at the end.</summary>
    private sealed class Applications(OperatorClient operators, bool keep) : IAsyncDisposable
    {
        private readonly string _run = $"load-{DateTime.UtcNow:MMddHHmmss}";
        private readonly List<string> _names = [];
        private int _named;

        public IReadOnlyList<string> Names
        {
            get
            {
                lock (_names)
                {
                    return [.. _names];
                }
            }
        }

        public async Task<string> CreateAsync(int microservices, IReadOnlyList<string> fogs, int firstFog)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{_run}-{Interlocked.Increment(ref _named)}");
            var body = Workload.Application(name, microservices, fogs, firstFog);
            lock (_names)
            {
                _names.Add(name);
            }

            await operators.CreateApplicationAsync(body);
            return name;
        }

        public async Task DeleteAsync(string name)
        {
            await operators.DeleteApplicationAsync(name);
            lock (_names)
            {
                _names.Remove(name);
            }
        }

        public async Task DeleteAllAsync()
        {
            var names = Names;
            await Fleet.EachAsync(names.Count, "applications deleted", index => DeleteAsync(names[index]));
        }

        public async ValueTask DisposeAsync()
        {
            if (!keep && Names.Count > 0)
            {
                await DeleteAllAsync();
            }
        }
    }

    /// <summary>The measurements, each against its limit.</summary>
    private sealed class Run(
        OperatorClient operators, Uri url, int operatorCount, TimeSpan duration, TimeSpan pause, ProcessProbe? probe, Report report)
    {
        public bool Passed { get; private set; } = true;

        /// <summary>Requests per second of a list with few rows.</summary>
        public async Task SmallListAsync(string path)
        {
            await LoopAsync(path, TimeSpan.FromSeconds(2), false);
            var (traffic, elapsed) = await LoopAsync(path, duration / 4, false);
            var rate = traffic.Latency.TotalCount / elapsed.TotalSeconds;
            report.Add($"small GET {path}", rate, "req/s", 0);
            Judge($"small GET {path}", rate >= SmallListRate && traffic.Errors == 0, $"at least {SmallListRate:N0} req/s");
        }

        /// <summary>
        /// All operators list everything, again and again: as scripts and proxies ask and as browsers and Go clients do (gzip),
        /// without a pause, and as people do.
        /// </summary>
        public async Task ListAsync(string path, string member, int expected)
        {
            var list = await operators.SendAsync(HttpMethod.Get, path, null, 200);
            var found = list.GetProperty(member).GetArrayLength();
            report.Add($"GET {path}: body", list.GetRawText().Length / 1e6, "MB", 2);
            Judge($"GET {path}", found >= expected, $"{expected} found");
            foreach (var (gzip, wait) in new[] { (false, TimeSpan.Zero), (true, TimeSpan.Zero), (false, pause), (true, pause) })
            {
                var what = $"GET {path}{(gzip ? ", gzip" : "")}{(wait > TimeSpan.Zero ? $", {wait.TotalSeconds:0.#} s between" : "")}";
                await LoopAsync(path, TimeSpan.FromSeconds(1), gzip);
                var before = probe?.ProcessorTime;
                var (traffic, elapsed) = await LoopAsync(path, duration, gzip, wait);
                if (probe?.ProcessorTime - before is { } spent)
                {
                    report.Add($"{what}: server processor time", spent.TotalMilliseconds / Math.Max(1, traffic.Latency.TotalCount), "ms");
                }

                report.Latency(what, traffic.Latency);
                report.Add($"{what}: lists per second", traffic.Latency.TotalCount / elapsed.TotalSeconds);
                Judge(what, traffic.Errors == 0 && Below(traffic.Latency, ListLimit), $"p99 under {ListLimit} ms");
            }
        }

        /// <summary>A single list right after an operator's change: what changed is made anew.</summary>
        public async Task ListAfterChangeAsync(string path, string[] fogs, string application)
        {
            var histogram = Report.NewHistogram();
            for (var round = 0; round < ChangesBeforeLists; round++)
            {
                var body = Workload.Microservice(string.Create(CultureInfo.InvariantCulture, $"fresh-{round}"), fogs[round % fogs.Length]);
                body["application"] = application;
                var created = await operators.SendAsync(HttpMethod.Post, "/microservices", body, 201);
                var uuid = created.GetProperty("uuid").GetString()!;
                await TimeAsync(histogram, () => operators.ReadAllAsync(path));
                await operators.PatchMicroserviceAsync(uuid, new JsonObject { ["env"] = Workload.Variables("debug") });
                await TimeAsync(histogram, () => operators.ReadAllAsync(path));
                await operators.SendAsync(HttpMethod.Delete, $"/microservices/{uuid}", null, 204);
                await TimeAsync(histogram, () => operators.ReadAllAsync(path));
            }

            report.Latency($"GET {path} after a change", histogram);
            Judge($"GET {path} after a change", Below(histogram, ListLimit), $"p99 under {ListLimit} ms");
        }

        /// <summary>Each operator works on single microservices, with a short pause after each call.</summary>
        public async Task SinglesAsync(string application, string[] fogs)
        {
            Console.WriteLine("Measuring single microservices");
            var all = (await operators.SendAsync(HttpMethod.Get, "/microservices", null, 200)).GetProperty("microservices")
                .EnumerateArray().Select(static microservice => microservice.GetProperty("uuid").GetString()!).ToArray();
            var (get, update, create, delete) = (Report.NewHistogram(), Report.NewHistogram(), Report.NewHistogram(), Report.NewHistogram());
            var named = 0;
            await PacedAsync(async round =>
            {
                var some = all[Random.Shared.Next(all.Length)];
                await TimeAsync(get, () => operators.MicroserviceAsync(some));
                await Task.Delay(s_pause);
                await TimeAsync(update, () => operators.PatchMicroserviceAsync(some, new JsonObject { ["env"] = Workload.Variables($"debug-{round}") }));
                await Task.Delay(s_pause);
                var body = Workload.Microservice(string.Create(CultureInfo.InvariantCulture, $"single-{Interlocked.Increment(ref named)}"), fogs[Random.Shared.Next(fogs.Length)]);
                body["application"] = application;
                var created = await TimeAsync(create, () => operators.SendAsync(HttpMethod.Post, "/microservices", body, 201));
                await Task.Delay(s_pause);
                var uuid = created.GetProperty("uuid").GetString();
                await TimeAsync(delete, () => operators.SendAsync(HttpMethod.Delete, $"/microservices/{uuid}", null, 204));
                await Task.Delay(s_pause);
            });
            foreach (var (what, histogram) in new[] { ("get", get), ("update", update), ("create", create), ("delete", delete) })
            {
                report.Latency($"{what} a microservice", histogram);
                Judge($"{what} a microservice", Below(histogram, SingleLimit), $"p99 under {SingleLimit} ms");
            }
        }

        /// <summary>One operator deploys applications and takes them away again.</summary>
        public async Task DeploymentsAsync(Applications applications, string[] fogs)
        {
            Console.WriteLine($"Measuring deployments of {DeployedMicroservices} microservices");
            var (deploy, remove) = (Report.NewHistogram(), Report.NewHistogram());
            var watch = Stopwatch.StartNew();
            for (var round = 0; watch.Elapsed < duration; round++)
            {
                var firstFog = round * DeployedMicroservices;
                var name = await TimeAsync(deploy, () => applications.CreateAsync(DeployedMicroservices, fogs, firstFog));
                await Task.Delay(s_pause);
                await TimeAsync(remove, async () => { await applications.DeleteAsync(name); return true; });
                await Task.Delay(s_pause);
            }

            report.Latency($"deploy {DeployedMicroservices} microservices", deploy);
            report.Latency($"delete {DeployedMicroservices} microservices", remove);
            Judge($"deploy {DeployedMicroservices} microservices", Below(deploy, DeployLimit), $"p99 under {DeployLimit} ms");
        }

        private async Task<(RepeatedGet Traffic, TimeSpan Elapsed)> LoopAsync(string path, TimeSpan time, bool gzip, TimeSpan wait = default)
        {
            Console.WriteLine($"  GET {path}{(gzip ? ", gzip" : "")}: {operatorCount} operators, {time.TotalSeconds:0} s{(wait > TimeSpan.Zero ? ", pausing" : "")}");
            var traffic = new RepeatedGet(url, path, await operators.AccessTokenAsync(), gzip);

            // The loop keeps its thread; the fleet lives on the pool's.
            return await Task.Factory.StartNew(
                () =>
                {
                    using var http = new ClosedLoop(url.Host, url.Port, operatorCount);
                    return (traffic, http.Run(traffic, time, wait));
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
        }

        private Task PacedAsync(Func<int, Task> round)
        {
            var watch = Stopwatch.StartNew();
            return Task.WhenAll(Enumerable.Range(0, operatorCount).Select(async index =>
            {
                await Task.Delay(s_pause * index / operatorCount);
                for (var at = 0; watch.Elapsed < duration; at++)
                {
                    await round(at);
                }
            }));
        }

        private static async Task<T> TimeAsync<T>(LongHistogram histogram, Func<Task<T>> call)
        {
            var begin = Stopwatch.GetTimestamp();
            var result = await call();
            Record(histogram, begin);
            return result;
        }

        private static async Task TimeAsync(LongHistogram histogram, Func<Task> call)
        {
            var begin = Stopwatch.GetTimestamp();
            await call();
            Record(histogram, begin);
        }

        private static void Record(LongHistogram histogram, long begin)
        {
            var elapsed = Stopwatch.GetElapsedTime(begin);
            lock (histogram)
            {
                Report.Record(histogram, elapsed);
            }
        }

        private static bool Below(LongHistogram histogram, double milliseconds) =>
            histogram.TotalCount > 0 && histogram.GetValueAtPercentile(99) / 1000.0 < milliseconds;

        private void Judge(string what, bool good, string limit)
        {
            Passed &= good;
            var verdict = good ? "pass" : "FAIL";
            Console.WriteLine($"  {verdict}: {what}, {limit}");
            report.Note($"{what}: {limit}", verdict);
        }
    }
}
