using Edgelet.Simulator.Sessions;

namespace Edgelet.Simulator;

/// <summary>How a simulated node is set up and how it behaves.</summary>
public sealed record EdgeletOptions
{
    /// <summary>As configured on the node, e.g. <c>http://localhost:51121/api/v3/</c>.</summary>
    public required string ControllerUrl { get; init; }

    /// <summary>Architecture id, 1 to 4.</summary>
    public int Architecture { get; init; } = 1;

    /// <summary><c>edgelet</c>, <c>docker</c> or <c>podman</c>.</summary>
    public string Engine { get; init; } = "edgelet";

    /// <summary>The version it reports.</summary>
    public string Version { get; init; } = "1.0.3";

    /// <summary>Edgelet 1.1: more status keys, and two more GETs that a Controller 3.8 answers with 404.</summary>
    public bool Edgelet11 { get; init; }

    /// <summary>The local configuration it starts with; null means stock.</summary>
    public EdgeletConfig? Config { get; init; }

    /// <summary>Sent as <c>Prefer: wait=</c> on polls; a stock agent sends nothing.</summary>
    public int? PreferWaitSeconds { get; init; }

    /// <summary>Registers this controller workload until it succeeded once.</summary>
    public RegisterBody? ControllerRegistration { get; init; }

    /// <summary>Consecutive refused statuses after which the node wipes itself; 1 is the Edgelet before 1.0.2.</summary>
    public int EvictionFailures { get; init; } = 5;

    /// <summary>Time over which those refusals must have lasted.</summary>
    public TimeSpan EvictionPeriod { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Between two pings; doubles after failures up to <see cref="MaxPingInterval"/>.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Ceiling of the wait between failed pings.</summary>
    public TimeSpan MaxPingInterval { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>Between two tries to register the controller.</summary>
    public TimeSpan RegisterInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a reboot or an upgrade takes.</summary>
    public TimeSpan RebootDuration { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Waits this long before the first tick of each loop, to spread a fleet.</summary>
    public TimeSpan StartDelay { get; init; }

    /// <summary>How it serves terminals and logs; null = it reads the lists of them and opens no socket.</summary>
    public EdgeletSessionOptions? Sessions { get; init; }

    /// <summary>Limits of its calls.</summary>
    public ControllerClientOptions Client { get; init; } = new();

    /// <summary>Makes the pull of a microservice fail with the returned text.</summary>
    public Func<AgentMicroservice, string?>? PullFault { get; init; }

    /// <summary>Told of everything that happens, on the thread where it happens. Must be quick and must not throw.</summary>
    public Action<SimulatedEdgelet, EdgeletEvent>? Observer { get; init; }
}

/// <summary>Whether the node talks to its Controller.</summary>
public enum ControllerLink
{
    /// <summary>No ping has succeeded since the start or the last failure.</summary>
    Disconnected,

    /// <summary>The last ping succeeded.</summary>
    Connected,

    /// <summary>An error text read like a certificate problem: no polls until the next good ping.</summary>
    BrokenCertificate,
}

/// <summary>What happened to a simulated node.</summary>
public enum EdgeletEventKind
{
    /// <summary>Provisioned: it has a key.</summary>
    Provisioned,

    /// <summary>A ping succeeded after none had.</summary>
    Connected,

    /// <summary>A ping failed after one had succeeded.</summary>
    Disconnected,

    /// <summary>A poll was answered; <see cref="EdgeletEvent.Changes"/> holds the flags.</summary>
    Polled,

    /// <summary>The flags of a poll were processed and acknowledged.</summary>
    Acknowledged,

    /// <summary>A configuration was read and applied; the detail lists the changed keys.</summary>
    ConfigApplied,

    /// <summary>A configuration could not be applied; the detail lists the failures.</summary>
    ConfigRejected,

    /// <summary>The list of microservices was read and reconciled.</summary>
    MicroservicesLoaded,

    /// <summary>Sessions of either kind were read; see <see cref="SimulatedEdgelet.ExecSessions"/> and <see cref="SimulatedEdgelet.LogSessions"/>.</summary>
    SessionsLoaded,

    /// <summary>A session's socket is open; the detail is its id.</summary>
    SessionOpened,

    /// <summary>A session's first frame has come; the detail is its id.</summary>
    SessionActive,

    /// <summary>A session's socket was closed; the detail is its id and the close.</summary>
    SessionClosed,

    /// <summary>A status was accepted.</summary>
    StatusSent,

    /// <summary>A status was refused for authentication.</summary>
    AuthenticationFailed,

    /// <summary>It wiped itself after too many of those.</summary>
    Evicted,

    /// <summary>It obeyed <c>deleteNode</c>.</summary>
    NodeDeleted,

    /// <summary>It deprovisioned on the operator's wish.</summary>
    Deprovisioned,

    /// <summary>It rebooted.</summary>
    Rebooted,

    /// <summary>It pruned images.</summary>
    Pruned,

    /// <summary>It was upgraded or rolled back and provisioned again.</summary>
    VersionChanged,

    /// <summary>The controller workload was registered.</summary>
    ControllerRegistered,

    /// <summary>A call failed; see <see cref="EdgeletEvent.Error"/>.</summary>
    CallFailed,

    /// <summary>An answer could not be decoded; see <see cref="EdgeletEvent.Error"/>.</summary>
    DecodeFailed,
}

/// <summary>One event of a simulated node.</summary>
public readonly record struct EdgeletEvent(EdgeletEventKind Kind, AgentChanges? Changes = null, string? Detail = null, Exception? Error = null);

/// <summary>Totals since the object was made. Read them at any time.</summary>
public sealed class EdgeletCounters
{
    private readonly long[] _counts = new long[Enum.GetValues<EdgeletEventKind>().Length];
    private long _changesSeen;

    /// <summary>How often an event of this kind happened.</summary>
    public long this[EdgeletEventKind kind] => Interlocked.Read(ref _counts[(int)kind]);

    /// <summary>Polls answered.</summary>
    public long Polls => this[EdgeletEventKind.Polled];

    /// <summary>Polls that had at least one flag.</summary>
    public long ChangesSeen => Interlocked.Read(ref _changesSeen);

    public long Acknowledged => this[EdgeletEventKind.Acknowledged];
    public long ConfigApplied => this[EdgeletEventKind.ConfigApplied];
    public long ConfigRejected => this[EdgeletEventKind.ConfigRejected];
    public long MicroservicesLoaded => this[EdgeletEventKind.MicroservicesLoaded];
    public long StatusesSent => this[EdgeletEventKind.StatusSent];
    public long AuthenticationFailures => this[EdgeletEventKind.AuthenticationFailed];
    public long Evictions => this[EdgeletEventKind.Evicted];
    public long Reboots => this[EdgeletEventKind.Rebooted];
    public long Prunes => this[EdgeletEventKind.Pruned];
    public long Provisions => this[EdgeletEventKind.Provisioned];

    /// <summary>Calls that failed after their retries, authentication included.</summary>
    public long CallFailures => this[EdgeletEventKind.CallFailed];

    /// <summary>Answers a real agent would have stumbled over.</summary>
    public long DecodeFailures => this[EdgeletEventKind.DecodeFailed];

    internal void Add(in EdgeletEvent happened)
    {
        Interlocked.Increment(ref _counts[(int)happened.Kind]);
        if (happened.Changes is { Any: true })
        {
            Interlocked.Increment(ref _changesSeen);
        }
    }
}
