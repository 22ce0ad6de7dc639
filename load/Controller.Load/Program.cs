using Controller.Load;

// 0: done and as expected. 1: measured or shown, but something was not as expected. 2: wrong usage.
// 3: the Controller could not be reached or refused the operator.
const string usage = """
    usage: controller-load <command> --url URL --username EMAIL --password PASSWORD [options]

    commands
        demo      the whole life of a node and a workload, step by step
                                --keep            leave what was made
                                --stock           stock frequencies of an Edgelet (takes minutes) instead of 1 s
        hotpath   closed loop of polls and statuses over kept-alive connections
                                --fogs 100  --connections 32  --seconds 15  --warmup 3
        hold      latency of held polls, and their memory
                                --rounds 200      operator changes to time; 0 leaves this part out
                                --polls 2000      polls held at once; 0 leaves this part out
        cadence   simulated Edgelets at their stock cadence, with operator changes
                                --fogs 100  --seconds 60  --rate 5 (changes per second; 0 for none)
        fleet     nodes at their real cadence for minutes, in one or several sizes, with charts
                                --fogs 1000 (or 100,1000,10000)  --seconds 300 (each size)  --rate 5 (changes per second)
                                --html FILE  --svg FILE (cost by size)  --status-seconds 10  --hold 20
        workloads lists of everything, single microservices and deployments with a large database and a living fleet
                                --fogs 1000  --applications 200  --microservices-per-application 30
                                --operators 10  --seconds 20 (each measurement)  --pause 1000 (ms)
        sessions  terminals between users and agents: pairing, memory, echo, one stream
                                --sessions 500  --rate 100 (opened per second)  --fogs N  --seconds 15 (of typing)
                                --stream-seconds 5  --frame 65536
                                --agent-url URL   where agents dial: another replica
                                --drain           at the end: SIGTERM to --pid, and how users are told
        startup   starts a binary with a fresh and with an existing data directory (needs no --url)
                                --binary PATH  --runs 5  --env NAME=VALUE (repeatable)

    options of all
        --url, --username, --password     or CONTROLLER_URL, CONTROLLER_USERNAME, CONTROLLER_PASSWORD
        --pid PID         the server's process on this machine: adds its memory, processor time and disk writes
        --markdown        print the figures as table lines
        --json FILE       write the figures as JSON
        --keep            do not delete the fogs that were made
        --help

    exit codes: 0 as expected, 1 not as expected, 2 wrong usage, 3 Controller not reachable or login refused
    """;

if (args.Length == 0 || args[0] is "--help" or "-h" or "help" || args.Contains("--help"))
{
    Console.WriteLine(usage);
    return args.Length == 0 ? 2 : 0;
}

try
{
    var arguments = new Arguments(args.AsSpan(1));
    var markdown = arguments.Flag("markdown");
    var json = arguments.Text("json");
    var report = new Report(args[0]);
    var stolen = new StolenTime();
    var passed = args[0] switch
    {
        "demo" => await DemoCommand.RunAsync(arguments, report),
        "hotpath" => await HotPathCommand.RunAsync(arguments, report),
        "hold" => await HoldCommand.RunAsync(arguments, report),
        "cadence" => await CadenceCommand.RunAsync(arguments, report),
        "fleet" => await FleetCommand.RunAsync(arguments, report),
        "workloads" => await WorkloadsCommand.RunAsync(arguments, report),
        "sessions" => await SessionsCommand.RunAsync(arguments, report),
        "startup" => await StartupCommand.RunAsync(arguments, report),
        _ => throw new UsageException($"Unknown command: {args[0]}"),
    };
    stolen.AddTo(report, "meanwhile");
    report.Add("pauses of the generator's own garbage collection", GC.GetTotalPauseDuration().TotalMilliseconds, "ms");
    report.Print(markdown);
    if (json is not null)
    {
        report.WriteJson(json, passed);
    }

    return passed ? 0 : 1;
}
catch (UsageException error)
{
    Console.Error.WriteLine($"{error.Message}\nSee controller-load --help.");
    return 2;
}
catch (UnreachableException error)
{
    Console.Error.WriteLine(error.Message);
    return 3;
}
catch (Exception error) when (error is OperatorException or HttpRequestException or TimeoutException or OperationCanceledException or Edgelet.Simulator.AgentCallException or Edgelet.Simulator.AgentDecodeException)
{
    Console.Error.WriteLine($"Failed: {error.Message}");
    return 1;
}
