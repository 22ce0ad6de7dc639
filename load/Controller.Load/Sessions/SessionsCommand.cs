using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Edgelet.Simulator;
using HdrHistogram;

namespace Controller.Load;

/// <summary>Terminals: how soon user and agent meet, what an idle session costs, how fast frames go round, how much one stream carries.</summary>
internal static class SessionsCommand
{
    private const int MicroservicesPerApplication = 50;

    private const double PairingTargetMilliseconds = 100, ManySessionsPairingTargetMilliseconds = 1000, MemoryTargetKilobytes = 40;

    private const double EchoMedianTargetMilliseconds = 0.5, EchoTargetMilliseconds = 5, StreamTarget = 200, RelayedStreamTarget = 60;

    public static async Task<bool> RunAsync(Arguments args, Report report)
    {
        var target = Target.From(args);
        var sessions = args.Number("sessions", 500, 1);
        var fogs = args.Number("fogs", Math.Clamp(sessions / 20, 1, 100), 1);
        var rate = args.Number("rate", 100, 1);
        var seconds = args.Number("seconds", 15, 0);
        var streamSeconds = args.Number("stream-seconds", 5, 0);
        var frame = args.Number("frame", 64 * 1024, 1);
        var agentApi = args.Text("agent-url") is { } other ? other.TrimEnd('/') + "/api/v3" : target.Api;
        var probe = ProcessProbe.From(args);
        var drain = args.Flag("drain");
        var keep = args.Flag("keep") || drain;
        if (drain && probe is null)
        {
            throw new UsageException("--drain needs --pid");
        }

        args.RejectRest();
        using var operators = await Session.OpenAsync(target);
        await using var fleet = new Fleet(operators, target with { Url = agentApi[..^"/api/v3".Length] }, keep);
        var nodes = await fleet.ProvisionAsync(fogs);
        var agents = nodes.ConvertAll(fog => new LoadAgent(fog, agentApi));
        var applications = new List<string>();
        var users = new List<LoadUser>();
        try
        {
            users = await DeployAsync(operators, nodes, agents, sessions, applications);
            var polling = agents.ConvertAll(a => a.RunAsync());
            await Task.Delay(1000);
            var isRelayed = agentApi != target.Api;
            var passed = await PairAsync(users, target, operators, rate, probe, report, agents);
            if (seconds > 0)
            {
                passed &= await EchoAsync(users, seconds, probe, report);
            }

            if (streamSeconds > 0)
            {
                passed &= await StreamAsync(users[0], streamSeconds, frame, isRelayed, probe, report);
            }

            if (drain)
            {
                return passed & await DrainAsync(users, probe!, report);
            }

            await Task.WhenAll(users.Select(u => u.CloseAsync()));
            return passed;
        }
        finally
        {
            agents.ForEach(a => a.Dispose());
            users.ForEach(u => u.Dispose());
            if (!keep)
            {
                await Fleet.EachAsync(applications.Count, "applications deleted", i => operators.DeleteApplicationAsync(applications[i]));
            }
        }
    }

    /// <summary>One running microservice for each session, so that no limit per microservice counts.</summary>
    private static async Task<List<LoadUser>> DeployAsync(
        OperatorClient operators, List<LoadFog> fogs, List<LoadAgent> agents, int sessions, List<string> applications)
    {
        var run = string.Create(CultureInfo.InvariantCulture, $"sessions-{DateTime.UtcNow:MMddHHmmss}");
        var chunks = Enumerable.Range(0, sessions).Chunk(MicroservicesPerApplication).ToArray();
        var placed = new List<(string Uuid, int Fog)>();
        await Fleet.EachAsync(chunks.Length, "applications deployed", async index =>
        {
            var name = $"{run}-{index}";
            var body = new JsonObject
            {
                ["name"] = name,
                ["isActivated"] = true,
                ["microservices"] = new JsonArray([.. chunks[index].Select(i => (JsonNode)new JsonObject
                {
                    ["name"] = $"{run}-ms-{i}",
                    ["iofogUuid"] = fogs[i % fogs.Count].Uuid,
                    ["registryId"] = 1,
                    ["config"] = "{}",
                    ["images"] = new JsonArray(new JsonObject { ["containerImage"] = "docker.io/library/busybox:stable", ["archId"] = 1 }),
                })]),
            };
            await operators.CreateApplicationAsync(body);
            var made = await operators.MicroservicesAsync(name);
            lock (placed)
            {
                applications.Add(name);
                foreach (var microservice in made.EnumerateArray())
                {
                    var fog = microservice.GetProperty("iofogUuid").GetString();
                    placed.Add((microservice.GetProperty("uuid").GetString()!, fogs.FindIndex(f => f.Uuid == fog)));
                }
            }
        });
        await Fleet.EachAsync(fogs.Count, "nodes report them running", async index =>
        {
            await fogs[index].Client.GetMicroservicesAsync();
            var now = DateTimeOffset.UtcNow;
            await fogs[index].Client.PutStatusAsync(StatusReport.Realistic(
                now, now, [.. placed.Where(p => p.Fog == index).Select(p => new MicroserviceStatusItem { Id = p.Uuid, Status = "RUNNING" })], seed: index));
            await Fleet.DrainAsync(fogs[index]);
        });
        return placed.ConvertAll(p => new LoadUser(fogs[p.Fog], agents[p.Fog], p.Uuid));
    }

    private static async Task<bool> PairAsync(
        List<LoadUser> users, Target target, OperatorClient operators, int rate, ProcessProbe? probe, Report report, List<LoadAgent> agents)
    {
        Console.WriteLine($"  opening {users.Count} sessions, {rate} a second");
        var token = await operators.AccessTokenAsync();
        var before = probe?.ResidentMegabytes;
        var clock = Stopwatch.StartNew();
        var failures = new List<string>();
        var openings = new List<Task>();
        for (var i = 0; i < users.Count; i++)
        {
            // Open loop: the next one does not wait for those before.
            while (clock.Elapsed.TotalSeconds * rate < i)
            {
                await Task.Delay(1);
            }

            openings.Add(OpenAsync(users[i]));
        }

        await Task.WhenAll(openings);
        var opened = users.Where(u => u.Pairing > TimeSpan.Zero).ToList();
        var pairing = Report.NewHistogram();
        opened.ForEach(u => Report.Record(pairing, u.Pairing));
        report.Count("sessions paired", opened.Count);
        report.Count("sessions refused or lost", failures.Count);
        report.Count("dials of agents that failed", agents.Sum(a => a.Failures));
        report.Add("opened in", clock.Elapsed.TotalSeconds, "s");
        report.Latency("user's 101 → Agent connected", pairing);
        foreach (var failure in failures.GroupBy(f => f).OrderByDescending(g => g.Count()).Take(3))
        {
            report.Note($"failed {failure.Count()} times", failure.Key);
        }

        var passed = failures.Count == 0
            && pairing.GetValueAtPercentile(99) / 1000.0 <= (users.Count > 1000 ? ManySessionsPairingTargetMilliseconds : PairingTargetMilliseconds);
        if (probe is not null && before is { } start && opened.Count > 0)
        {
            // Idle for a while, so that what opening took can be given back.
            await Task.Delay(TimeSpan.FromSeconds(20));
            var each = (probe.ResidentMegabytes - start) * 1000 / opened.Count;
            report.Add("resident memory before", start, "MB");
            report.Add("resident memory with idle sessions", probe.ResidentMegabytes, "MB");
            report.Add("memory of an idle session (two sockets)", each, "KB");
            passed &= each <= MemoryTargetKilobytes;
        }

        users.RemoveAll(u => u.Pairing == TimeSpan.Zero);
        return passed && users.Count > 0;

        async Task OpenAsync(LoadUser user)
        {
            try
            {
                await user.OpenAsync(target.Api, token).WaitAsync(TimeSpan.FromSeconds(90));
            }
            catch (Exception error) when (error is UpgradeException or WebSocketException or IOException or TimeoutException or System.Net.Sockets.SocketException)
            {
                lock (failures)
                {
                    failures.Add(error.Message);
                }
            }
        }
    }

    /// <summary>Each session types once a second, evenly spread.</summary>
    private static async Task<bool> EchoAsync(List<LoadUser> users, int seconds, ProcessProbe? probe, Report report)
    {
        Console.WriteLine($"  {users.Count} sessions type once a second for {seconds} s");
        var histogram = Report.NewHistogram();
        users.ForEach(u => u.Echoed = t =>
        {
            lock (histogram)
            {
                Report.Record(histogram, t);
            }
        });
        var used = probe?.ProcessorTime;
        var stolen = new StolenTime();
        var clock = Stopwatch.StartNew();
        var sent = 0L;
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            for (var due = (long)(clock.Elapsed.TotalSeconds * users.Count); sent < due; sent++)
            {
                await users[(int)(sent % users.Count)].TypeAsync();
            }

            await Task.Delay(1);
        }

        await Task.Delay(1000);
        report.Latency("echo, user → agent → user", histogram);
        report.Count("frames typed", sent);
        report.Count("echoes missing", sent - histogram.TotalCount);
        stolen.AddTo(report, "while typing");
        if (probe is not null && used is { } start)
        {
            report.Add("server's processor time while typing", (probe.ProcessorTime - start) / clock.Elapsed * 100, "% of one core");
        }

        return sent == histogram.TotalCount
            && (users.Count > 1000
                || (histogram.GetValueAtPercentile(50) / 1000.0 <= EchoMedianTargetMilliseconds && histogram.GetValueAtPercentile(99) / 1000.0 <= EchoTargetMilliseconds));
    }

    private static async Task<bool> StreamAsync(LoadUser user, int seconds, int frame, bool isRelayed, ProcessProbe? probe, Report report)
    {
        Console.WriteLine($"  one session streams for {seconds} s");
        var used = probe?.ProcessorTime;
        var before = user.Received;
        var clock = Stopwatch.StartNew();
        using var until = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        var sent = await user.Agent.StreamAsync(user.Microservice, user.Session, frame, until.Token);
        while (user.Received - before < sent && clock.Elapsed.TotalSeconds < seconds + 10)
        {
            await Task.Delay(1);
        }

        var rate = (user.Received - before) / clock.Elapsed.TotalSeconds / 1e6;
        report.Add("one stream of output", rate, "MB/s");
        report.Count("bytes missing", sent - (user.Received - before));
        if (probe is not null && used is { } start)
        {
            report.Add("server's processor time while streaming", (probe.ProcessorTime - start) / clock.Elapsed * 100, "% of one core");
            report.Add("resident memory after", probe.ResidentMegabytes, "MB");
        }

        return sent == user.Received - before && rate >= (isRelayed ? RelayedStreamTarget : StreamTarget);
    }

    /// <summary>Stops the server as an orchestrator does, and sees how its users are told.</summary>
    private static async Task<bool> DrainAsync(List<LoadUser> users, ProcessProbe probe, Report report)
    {
        Console.WriteLine($"  SIGTERM with {users.Count} open sessions");
        var clock = Stopwatch.StartNew();
        probe.Terminate();
        var ends = await Task.WhenAll(users.Select(async u => (Reason: await u.Ended, At: clock.Elapsed)));
        var told = ends.Count(e => e.Reason == "1001 Server draining");
        report.Add("last user told after SIGTERM", ends.Max(e => e.At).TotalMilliseconds, "ms");
        await probe.ExitedAsync(TimeSpan.FromSeconds(60));
        report.Add("process gone after SIGTERM", clock.Elapsed.TotalMilliseconds, "ms");
        report.Count("users told 1001 Server draining", told);
        return told == users.Count;
    }
}
