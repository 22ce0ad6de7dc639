using System.Collections.Concurrent;
using System.Diagnostics;
using Edgelet.Simulator;

namespace Controller.Load;

/// <summary>A fleet as it lives: simulated Edgelets at their stock cadence while operators change things.</summary>
internal static class CadenceCommand
{
    public static async Task<bool> RunAsync(Arguments args, Report report)
    {
        var target = Target.From(args);
        var count = args.Number("fogs", 100);
        var seconds = args.Number("seconds", 60);
        var rate = args.Real("rate", 5);
        var probe = ProcessProbe.From(args);
        var keep = args.Flag("keep");
        args.RejectRest();
        using var operators = await Session.OpenAsync(target);
        await using var fleet = new Fleet(operators, target, keep);
        var pending = new ConcurrentDictionary<string, long>();
        var seen = Report.NewHistogram();
        var seenLock = new Lock();
        var failures = new ConcurrentDictionary<string, int>();

        Console.WriteLine($"Setting up {count} simulated Edgelets");
        var edgelets = new SimulatedEdgelet[count];
        await Fleet.EachAsync(count, "Edgelets provisioned", async index =>
        {
            var (_, key) = await fleet.CreateAsync();
            var edgelet = new SimulatedEdgelet(
                new EdgeletOptions
                {
                    ControllerUrl = target.AgentUrl,
                    Observer = Observe,
                    StartDelay = TimeSpan.FromSeconds(Random.Shared.NextDouble() * 10),
                },
                fleet.Http);
            edgelets[index] = edgelet;
            await edgelet.ProvisionAsync(key);
            edgelet.Start();
        });

        try
        {
            Console.WriteLine("Waiting until all of them have polled");
            var patience = Stopwatch.StartNew();
            while (edgelets.Any(static edgelet => edgelet.IsInitializing || edgelet.Counters.Acknowledged < 2) && patience.Elapsed < TimeSpan.FromSeconds(90))
            {
                await Task.Delay(250);
            }

            var silent = edgelets.Count(static edgelet => edgelet.IsInitializing);
            failures.Clear();
            var pollsBefore = edgelets.Sum(static edgelet => edgelet.Counters.Polls);
            var statusesBefore = edgelets.Sum(static edgelet => edgelet.Counters.StatusesSent);
            var decodeBefore = edgelets.Sum(static edgelet => edgelet.Counters.DecodeFailures);
            var writtenBefore = probe?.WrittenBytes;
            var processorBefore = probe?.ProcessorTime;
            Console.WriteLine($"Measuring: {seconds} s, {rate:0.##} changes per second");

            var watch = Stopwatch.StartNew();
            var made = 0;
            var refused = 0;
            var calls = new List<Task>();
            for (var tick = 0; watch.Elapsed < TimeSpan.FromSeconds(seconds); tick++)
            {
                var due = rate > 0 ? TimeSpan.FromSeconds(tick / rate) : TimeSpan.MaxValue;
                if (due > watch.Elapsed)
                {
                    var wait = due < TimeSpan.FromSeconds(seconds) ? due - watch.Elapsed : TimeSpan.FromSeconds(seconds) - watch.Elapsed;
                    await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
                    if (due >= TimeSpan.FromSeconds(seconds))
                    {
                        break;
                    }
                }

                // Only one change at a time per fog, so that what it sees is known.
                var fog = edgelets[Random.Shared.Next(count)];
                if (fog.Uuid is { } uuid && pending.TryAdd(uuid, Stopwatch.GetTimestamp()))
                {
                    made++;
                    calls.Add(ChangeAsync(uuid));
                }
            }

            var elapsed = watch.Elapsed;
            var written = probe?.WrittenBytes - writtenBefore;
            var processor = probe?.ProcessorTime - processorBefore;
            var memory = probe?.ResidentMegabytes;
            var polls = edgelets.Sum(static edgelet => edgelet.Counters.Polls) - pollsBefore;
            var statuses = edgelets.Sum(static edgelet => edgelet.Counters.StatusesSent) - statusesBefore;
            await Task.WhenAll(calls);
            patience.Restart();
            while (!pending.IsEmpty && patience.Elapsed < TimeSpan.FromSeconds(45))
            {
                await Task.Delay(100);
            }

            var undecodable = edgelets.Sum(static edgelet => edgelet.Counters.DecodeFailures) - decodeBefore;
            report.Count("fogs", count);
            report.Add("measured time", elapsed.TotalSeconds, "s");
            report.Count("changes made", made);
            report.Count("changes refused", refused);
            report.Count("changes never seen", pending.Count);
            report.Latency("change made → agent saw it", seen);
            report.Add("polls per second", polls / elapsed.TotalSeconds);
            report.Add("statuses per second", statuses / elapsed.TotalSeconds);
            report.Count("agent calls that failed", failures.Values.Sum());
            foreach (var (what, times) in failures.OrderByDescending(static pair => pair.Value).Take(5))
            {
                report.Count("failure: " + what, times);
            }

            report.Count("answers that could not be decoded", undecodable);
            report.Count("agents that never finished a poll", silent);
            if (probe is not null)
            {
                report.Add("server memory", memory!.Value, "MB");
                report.Add("server processors busy", processor!.Value / elapsed, "", 2);
                report.Add("written to disk", written!.Value / 1e6, "MB", 2);
                report.Add("written to disk per fog-hour", written.Value / 1e6 / count / elapsed.TotalHours, "MB", 3);
            }

            return pending.IsEmpty && refused == 0 && failures.IsEmpty && undecodable == 0 && silent == 0 && made > 0;

            async Task ChangeAsync(string uuid)
            {
                try
                {
                    await operators.PruneAsync(uuid);
                }
                catch (Exception error) when (error is OperatorException or HttpRequestException or OperationCanceledException)
                {
                    Interlocked.Increment(ref refused);
                    pending.TryRemove(uuid, out _);
                    failures.AddOrUpdate("operator: " + error.Message.Split('\n')[0], 1, static (_, times) => times + 1);
                }
            }
        }
        finally
        {
            await Task.WhenAll(edgelets.Where(static edgelet => edgelet is not null).Select(static edgelet => edgelet.DisposeAsync().AsTask()));
        }

        void Observe(SimulatedEdgelet edgelet, EdgeletEvent happened)
        {
            if (happened.Changes is { Prune: true } && pending.TryRemove(edgelet.Uuid!, out var since))
            {
                var elapsed = Stopwatch.GetElapsedTime(since);
                lock (seenLock)
                {
                    Report.Record(seen, elapsed);
                }
            }
            else if (happened.Kind is EdgeletEventKind.CallFailed or EdgeletEventKind.DecodeFailed)
            {
                failures.AddOrUpdate(happened.Error!.Message.Split('\n')[0], 1, static (_, times) => times + 1);
            }
        }
    }
}
