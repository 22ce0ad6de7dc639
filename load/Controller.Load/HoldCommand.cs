using System.Diagnostics;
using Edgelet.Simulator;

namespace Controller.Load;

/// <summary>How soon a held poll brings news, and what it costs to hold many.</summary>
internal static class HoldCommand
{
    private static readonly TimeSpan s_settle = TimeSpan.FromMilliseconds(60);

    public static async Task<bool> RunAsync(Arguments args, Report report)
    {
        var target = Target.From(args);
        var rounds = args.Number("rounds", 200, 0);
        var polls = args.Number("polls", 2000, 0);
        var probe = ProcessProbe.From(args);
        var keep = args.Flag("keep");
        args.RejectRest();
        using var operators = await Session.OpenAsync(target);
        await using var fleet = new Fleet(operators, target, keep);
        var passed = true;
        if (rounds > 0)
        {
            passed &= await LatencyAsync(fleet, operators, rounds, report);
        }

        if (polls > 0)
        {
            passed &= await MemoryAsync(fleet, polls, probe, report);
        }

        return passed;
    }

    private static async Task<bool> LatencyAsync(Fleet fleet, OperatorClient operators, int rounds, Report report)
    {
        Console.WriteLine($"Latency: {rounds} rounds");
        var fog = (await fleet.ProvisionAsync(1))[0];
        var fromRequest = Report.NewHistogram();
        var fromAnswer = Report.NewHistogram();
        int early = 0, wrong = 0;
        for (var round = 0; round < rounds; round++)
        {
            await Fleet.DrainAsync(fog);
            var poll = TimedPollAsync(fog.Client);
            await Task.Delay(s_settle);
            if (poll.IsCompleted)
            {
                // Answered without news: the server does not hold polls, or something else happened to the fog.
                early++;
                await poll;
                continue;
            }

            var asked = Stopwatch.GetTimestamp();
            await operators.RebootAsync(fog.Uuid);
            var answered = Stopwatch.GetTimestamp();
            var (changes, at) = await poll;
            if (!changes.Reboot)
            {
                wrong++;
                continue;
            }

            Report.Record(fromRequest, Stopwatch.GetElapsedTime(asked, at));
            Report.Record(fromAnswer, at > answered ? Stopwatch.GetElapsedTime(answered, at) : TimeSpan.FromMicroseconds(1));
        }

        await Fleet.DrainAsync(fog);
        report.Latency("operator request sent → held poll answered", fromRequest);
        report.Latency("operator answered → held poll answered", fromAnswer);
        report.Count("rounds measured", fromRequest.TotalCount);
        report.Count("polls answered before the change", early);
        report.Count("polls answered without the change", wrong);
        return early + wrong <= rounds / 20 && fromRequest.TotalCount > 0;
    }

    private static async Task<(AgentChanges Changes, long At)> TimedPollAsync(ControllerClient client)
    {
        var changes = await client.GetChangesAsync().ConfigureAwait(false);
        return (changes, Stopwatch.GetTimestamp());
    }

    private static async Task<bool> MemoryAsync(Fleet fleet, int polls, ProcessProbe? probe, Report report)
    {
        Console.WriteLine($"Memory: {polls} polls held at once");
        var fogs = await fleet.ProvisionAsync(polls);
        await Task.Delay(TimeSpan.FromSeconds(3));
        await Fleet.EachAsync(fogs.Count, "fogs without news", index => Fleet.DrainAsync(fogs[index]));
        await Task.Delay(TimeSpan.FromSeconds(1));
        var before = probe?.ResidentMegabytes;
        var failed = 0;
        var watch = Stopwatch.StartNew();
        var held = fogs.Select(async fog =>
        {
            try
            {
                var changes = await fog.Client.GetChangesAsync().ConfigureAwait(false);
                return (Elapsed: watch.Elapsed, News: changes.Any);
            }
            catch (Exception error) when (error is AgentCallException or AgentDecodeException)
            {
                Interlocked.Increment(ref failed);
                return (Elapsed: watch.Elapsed, News: false);
            }
        }).ToList();
        var opened = watch.Elapsed;
        await Task.Delay(TimeSpan.FromSeconds(6));
        var open = held.Count(static poll => !poll.IsCompleted);
        var during = probe?.ResidentMegabytes;
        var answers = await Task.WhenAll(held);
        await Task.Delay(TimeSpan.FromSeconds(2));
        report.Count("polls held at once", open);
        report.Count("polls that failed", failed);
        report.Count("polls answered with news", answers.Count(static answer => answer.News));
        report.Add("time until the last was answered", answers.Max(static answer => answer.Elapsed).TotalSeconds, "s");
        report.Add("time to send them all", opened.TotalSeconds, "s", 2);
        if (before is { } first && during is { } second)
        {
            report.Add("server memory before", first, "MB");
            report.Add("server memory while holding", second, "MB");
            report.Add("server memory after", probe!.ResidentMegabytes, "MB");
            report.Add("server memory per 1,000 held polls, connections included", (second - first) / Math.Max(1, open) * 1000, "MB", 2);
        }

        return failed == 0 && open >= polls * 0.98;
    }
}
