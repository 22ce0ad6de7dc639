using System.Diagnostics;
using System.Globalization;
using Edgelet.Simulator;

namespace Controller.Load;

/// <summary>
/// A fleet at its real cadence, for minutes: reports every ten seconds, held polls, a few changes by operators. One or
/// several sizes, one after the other.
/// </summary>
internal static class FleetCommand
{
    private const double LatencyTargetMilliseconds = 100, MemoryTargetMegabytes = 300;

    /// <summary>From the largest size on for which targets are stated.</summary>
    private const int TargetFogs = 10_000;

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(5);

    public static async Task<bool> RunAsync(Arguments args, Report report)
    {
        var target = Target.From(args);
        var sizes = Sizes(args.Text("fogs") ?? "1000");
        var seconds = args.Number("seconds", 300, 10);
        var rate = args.Real("rate", 5);
        var period = TimeSpan.FromSeconds(args.Number("status-seconds", 10, 1));
        var hold = TimeSpan.FromSeconds(args.Number("hold", 20, 0));
        var html = args.Text("html");
        var svg = args.Text("svg");
        var probe = ProcessProbe.From(args);
        var keep = args.Flag("keep");
        args.RejectRest();
        using var operators = await Session.OpenAsync(target);
        await using var fleet = new Fleet(operators, target, keep);
        var meter = new FleetMeter();
        using var stop = new CancellationTokenSource();
        var nodes = new List<LoadFog>();
        var living = new List<Task>();
        var url = new Uri(target.AgentUrl);
        using var loop = url.Scheme == Uri.UriSchemeHttp ? new FleetLoop(url, meter, period, hold) : null;
        var runs = new List<FleetRun>();
        foreach (var size in sizes)
        {
            var more = await fleet.ProvisionAsync(size - nodes.Count);
            nodes.AddRange(more);
            loop?.Join(more);
            living.AddRange(loop is null ? more.Select((fog, i) => new FleetNode(fog, meter, period, hold, i).RunAsync(stop.Token)) : []);

            // Until every node has reported and polled once.
            Console.WriteLine($"{size} nodes: settling for {period.TotalSeconds + hold.TotalSeconds:0} s");
            await Task.Delay(period + hold);
            runs.Add(await MeasureAsync(size, seconds, rate, nodes, operators, meter, probe, report));
            if (loop is { Ended.IsCompleted: true })
            {
                await loop.Ended;
            }
        }

        await stop.CancelAsync();
        await Task.WhenAll(living);
        if (html is not null)
        {
            await File.WriteAllTextAsync(html, FleetPage.Html(target.Url, runs, report.Lines));
            Console.WriteLine($"Charts: {html}");
        }

        if (svg is not null)
        {
            await File.WriteAllTextAsync(svg, FleetPage.Svg(runs));
            Console.WriteLine($"Chart of sizes: {svg}");
        }

        return runs.TrueForAll(run => run.Failures == 0
            && run.StatusP99 <= LatencyTargetMilliseconds
            && run.PollP99 <= LatencyTargetMilliseconds
            && (run.Fogs > TargetFogs || probe is null || run.Memory <= MemoryTargetMegabytes));
    }

    private static async Task<FleetRun> MeasureAsync(
        int size, int seconds, double rate, List<LoadFog> nodes, OperatorClient operators, FleetMeter meter, ProcessProbe? probe, Report report)
    {
        meter.Reset();
        var samples = new List<FleetSample>();
        var processorAtStart = probe?.ProcessorTime;
        var writtenAtStart = probe?.WrittenBytes;
        var memoryAtStart = probe?.ResidentMegabytes;
        var pauses = GC.GetTotalPauseDuration();
        var clock = Stopwatch.StartNew();
        using var done = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        var changing = ChangeAsync(nodes, operators, meter, rate, done.Token);
        var (lookedAt, processor) = (TimeSpan.Zero, processorAtStart);
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            await Task.Delay(s_look);
            var (now, since) = (clock.Elapsed, clock.Elapsed - lookedAt);
            var recent = meter.Recent(since);
            var used = probe?.ProcessorTime;
            var sample = new FleetSample(
                now, recent.Statuses, recent.Polls, recent.StatusP99, recent.PollP99, probe?.ResidentMegabytes ?? double.NaN, (used - processor) / since ?? double.NaN, meter.Failures);
            samples.Add(sample);
            (lookedAt, processor) = (now, used);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {size,6} nodes {now.TotalSeconds,4:0} s: {sample.Statuses,6:0} status/s p99 {sample.StatusP99,6:0.0} ms, {sample.Polls,6:0} polls/s p99 +{sample.PollP99,5:0.0} ms, {sample.Memory,5:0} MB, {sample.Processor:0.00} cores, {sample.Failures} failed"));
        }

        var elapsed = clock.Elapsed;
        var latencies = meter.Latencies();
        report.Add(FleetSize(size) + "share of the time that the generator itself stood still", (GC.GetTotalPauseDuration() - pauses) / elapsed * 100, "%", 2);
        await changing;
        var run = new FleetRun(
            size,
            samples,
            FleetMeter.Milliseconds(latencies.Statuses),
            FleetMeter.Milliseconds(latencies.Polls),
            probe?.ResidentMegabytes ?? double.NaN,
            (probe?.ProcessorTime - processorAtStart) / elapsed ?? double.NaN,
            meter.Failures);
        Tell(report, run, latencies, meter, elapsed, memoryAtStart, (probe?.WrittenBytes - writtenAtStart) / 1e6);
        return run;
    }

    private static void Tell(Report report, FleetRun run, FleetLatencies latencies, FleetMeter meter, TimeSpan elapsed, double? memoryAtStart, double? written)
    {
        var size = FleetSize(run.Fogs);
        report.Add(size + "measured time", elapsed.TotalSeconds, "s");
        report.Add(size + "status reports", latencies.Statuses.TotalCount / elapsed.TotalSeconds, "/s");
        report.Latency(size + "status, from when it was due", latencies.Statuses);
        report.Latency(size + "poll without news, beyond its hold", latencies.Polls);
        report.Latency(size + "operator's change → node has read it", latencies.Changes);
        report.Count(size + "changes not seen yet", meter.Unseen);
        report.Count(size + "calls that failed", run.Failures);
        foreach (var (what, times) in meter.FailureKinds.Take(3))
        {
            report.Note(size + $"failed {times} times", what);
        }

        if (memoryAtStart is { } memory)
        {
            report.Add(size + "server memory at the start", memory, "MB");
            report.Add(size + "server memory at the end", run.Memory, "MB");
            report.Add(size + "largest server memory seen", run.Samples.Max(s => s.Memory), "MB");
            report.Add(size + "server processors busy", run.Processor, "", 2);
            report.Add(size + "written to disk per node and hour", written!.Value / run.Fogs / elapsed.TotalHours, "MB", 3);
        }
    }

    private static string FleetSize(int fogs) => fogs.ToString("N0", CultureInfo.InvariantCulture) + " nodes: ";

    /// <summary>Operators change something here and there.</summary>
    private static async Task ChangeAsync(List<LoadFog> nodes, OperatorClient operators, FleetMeter meter, double rate, CancellationToken done)
    {
        while (rate > 0 && !done.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromSeconds(1 / rate), done).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var fog = nodes[Random.Shared.Next(nodes.Count)];
            if (!done.IsCancellationRequested && meter.TryChange(fog.Uuid))
            {
                try
                {
                    await operators.PruneAsync(fog.Uuid);
                }
                catch (Exception error) when (error is OperatorException or HttpRequestException or OperationCanceledException)
                {
                    meter.Unchanged(fog.Uuid, error.Message);
                }
            }
        }
    }

    private static List<int> Sizes(string text)
    {
        var sizes = text.Split(',').Select(s => int.TryParse(s, CultureInfo.InvariantCulture, out var n) && n > 0
            ? n
            : throw new UsageException("--fogs takes numbers, such as 100,1000,10000")).ToList();
        return sizes.SequenceEqual(sizes.Order().Distinct()) ? sizes : throw new UsageException("--fogs: sizes must grow");
    }
}
