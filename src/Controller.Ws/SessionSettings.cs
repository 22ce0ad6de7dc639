namespace Controller.Ws;

/// <summary>
/// Limits and times of exec and log sessions. The initial values are the product's defaults; they are also
/// what the settings table of the Controller says, which a test compares.
/// </summary>
public sealed record SessionSettings
{
    /// <summary>Period of RFC 6455 pings on every session socket; zero = no pings.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Wait for the pong that answers a ping.</summary>
    public TimeSpan PongTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Largest message in bytes on any session socket.</summary>
    public int MaxPayloadBytes { get; init; } = 1024 * 1024;

    /// <summary>Largest message in bytes that a client may send. The smaller of this and <see cref="MaxPayloadBytes"/> counts, see <see cref="MaxMessageBytes"/>.</summary>
    public int SecurityMaxPayloadBytes { get; init; } = 1024 * 1024;

    /// <summary>Largest message in bytes, both limits considered.</summary>
    public int MaxMessageBytes => Math.Min(MaxPayloadBytes, SecurityMaxPayloadBytes);

    /// <summary>Largest frame in bytes.</summary>
    public int MaxFrameBytes { get; init; } = 64 * 1024;

    /// <summary>Longest time an upgrade may take.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Offer the permessage-deflate extension.</summary>
    public bool PerMessageDeflate { get; init; }

    /// <summary>Allow other protocol extensions.</summary>
    public bool AllowExtensions { get; init; }

    /// <summary>Idle limit of sessions that no other limit covers.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Sockets per session.</summary>
    public int MaxConnectionsPerSession { get; init; } = 100;

    /// <summary>Period of the sweep over the sessions in memory.</summary>
    public TimeSpan CleanupInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the user of an exec session waits for the agent.</summary>
    public TimeSpan ExecPendingTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Longest exec session, from pairing on.</summary>
    public TimeSpan ExecMaxDuration { get; init; } = TimeSpan.FromHours(8);

    /// <summary>Exec sessions per microservice.</summary>
    public int ExecMaxConcurrentPerResource { get; init; } = 3;

    /// <summary>How long the user of a log session waits for the agent.</summary>
    public TimeSpan LogPendingTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Longest time without a line on a log session.</summary>
    public TimeSpan LogIdleTimeout { get; init; } = TimeSpan.FromHours(2);

    /// <summary>Log sessions per microservice or fog.</summary>
    public int LogMaxConcurrentPerResource { get; init; } = 3;

    /// <summary>Largest number of past lines a log session may ask for.</summary>
    public int LogTailMaxLines { get; init; } = 5000;

    /// <summary>Sessions on this replica; more are refused before the upgrade.</summary>
    public int MaxSessionsPerReplica { get; init; } = 500;

    /// <summary>Longest time that sessions get to end when the process stops.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Wait for the other side's answer to a CLOSE frame.</summary>
    public TimeSpan CloseResponseTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Sessions whose sockets are on different replicas need the relay's broker.</summary>
    public bool CrossReplicaRequiresBroker { get; init; } = true;

    /// <summary>When the broker is needed and down: close at once with 1013 rather than wait for it.</summary>
    public bool FailFastWithoutBroker { get; init; } = true;

    /// <summary>Open sockets per client address.</summary>
    public int MaxConnectionsPerAddress { get; init; } = 100;

    /// <summary>Upgrades per minute and client address.</summary>
    public int MaxUpgradesPerMinutePerAddress { get; init; } = 50;

    /// <summary>Relay by AMQP.</summary>
    public AmqpRelaySettings Amqp { get; init; } = new();

    /// <summary>Relay by NATS.</summary>
    public NatsRelaySettings Nats { get; init; } = new();
}

/// <summary>A version of AMQP. They have little more than the name in common.</summary>
public enum AmqpVersion
{
    /// <summary>1.0: the fleet's router.</summary>
    V10,

    /// <summary>0-9-1: RabbitMQ.</summary>
    V091,
}

/// <summary>Limits of the relay that goes by an AMQP router or broker.</summary>
public sealed record AmqpRelaySettings
{
    /// <summary>Which protocol the broker speaks.</summary>
    public AmqpVersion Version { get; init; } = AmqpVersion.V10;

    /// <summary>Connections per replica.</summary>
    public int PoolSize { get; init; } = 8;

    /// <summary>Longest send of one frame.</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Unsettled deliveries that are worth a warning.</summary>
    public int UnsettledWarnThreshold { get; init; } = 1800;
}

/// <summary>Limits of the relay that goes by a NATS server.</summary>
public sealed record NatsRelaySettings
{
    /// <summary>Pending bytes of one log session above which lines are dropped.</summary>
    public int MaxPendingBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Pending messages of one log session above which lines are dropped.</summary>
    public int MaxPendingMessages { get; init; } = 8192;

    /// <summary>Longest publish, flush included.</summary>
    public TimeSpan PublishTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
