using static Controller.Configuration.SettingRows;

namespace Controller.Configuration;

/// <summary>Settings of exec and log sessions; they become <see cref="Controller.Ws.SessionSettings"/>.</summary>
internal static partial class SettingTable
{
    private static SettingDefinition[] WebSocket() =>
    [
        Milliseconds("WS_PING_INTERVAL", "server.webSocket.pingInterval", 30000, "Period of pings on session sockets; 0 = none.", 0),
        Milliseconds("WS_PONG_TIMEOUT", "server.webSocket.pongTimeout", 10000, "Wait for the answer to a ping."),
        Bytes("WS_MAX_PAYLOAD", "server.webSocket.maxPayload", MiB, "Largest message."),
        Milliseconds("WS_SESSION_TIMEOUT", "server.webSocket.session.timeout", 3600000, "Idle limit where no other limit applies."),
        Number("WS_SESSION_MAX_CONNECTIONS", "server.webSocket.session.maxConnections", 100, "Connections per session."),
        Milliseconds("WS_CLEANUP_INTERVAL", "server.webSocket.session.cleanupInterval", 30000, "Period of the session sweep."),
        Milliseconds("WS_EXEC_PENDING_TIMEOUT_MS", "server.webSocket.session.execPendingTimeoutMs", 60000, "Exec: how long a user waits for the agent."),
        Milliseconds("WS_EXEC_MAX_DURATION_MS", "server.webSocket.session.execMaxDurationMs", 28800000, "Exec: longest session."),
        Number("WS_EXEC_MAX_CONCURRENT_PER_RESOURCE", "server.webSocket.session.execMaxConcurrentPerResource", 3, "Exec: sessions per microservice."),
        Milliseconds("WS_LOG_PENDING_TIMEOUT_MS", "server.webSocket.session.logPendingTimeoutMs", 120000, "Log: how long a user waits for the agent."),
        Milliseconds("WS_LOG_IDLE_TIMEOUT_MS", "server.webSocket.session.logIdleTimeoutMs", 7200000, "Log: longest time without a line."),
        Number("WS_LOG_MAX_CONCURRENT_PER_RESOURCE", "server.webSocket.session.logMaxConcurrentPerResource", 3, "Log: sessions per microservice or fog."),
        Number("WS_LOG_TAIL_MAX_LINES", "server.webSocket.session.logTailMaxLines", 5000, "Log: largest `tail`."),
        Number("WS_REPLICA_MAX_CONCURRENT_WS", "server.webSocket.session.replicaMaxConcurrentWs", 500, "Sessions per replica; more are refused before the upgrade."),
        Milliseconds("WS_DRAIN_TIMEOUT_MS", "server.webSocket.session.drainTimeoutMs", 30000, "Longest drain of sessions at stop.", 0),
        Milliseconds("WS_CLOSE_RESPONSE_TIMEOUT", null, 5000, "Wait for the other side's answer to a close."),
        Switch("WS_HA_CROSS_REPLICA_REQUIRES_AMQP", "server.webSocket.ha.crossReplicaRequiresAmqp", true, "Sessions across replicas need the relay's broker."),
        Switch("WS_HA_FAIL_FAST_ON_ROUTER_UNAVAILABLE", "server.webSocket.ha.failFastOnRouterUnavailable", true, "Close at once when the relay's broker is needed and down."),
        Number("WS_SECURITY_MAX_CONNECTIONS_PER_IP", "server.webSocket.security.maxConnectionsPerIp", 100, "Open sockets per client address, of users and of agents each."),
        Number("WS_SECURITY_MAX_REQUESTS_PER_MINUTE", "server.webSocket.security.maxRequestsPerMinute", 50, "Upgrades per minute and client address, of users and of agents each."),
        Bytes("WS_SECURITY_MAX_PAYLOAD", "server.webSocket.security.maxPayload", MiB, "Largest message from a client; the smaller of this and WS_MAX_PAYLOAD counts."),
        Switch(null, "server.webSocket.perMessageDeflate", false, "Offer compression."),
        Switch(null, "server.webSocket.allowExtensions", false, "Allow protocol extensions."),
        Milliseconds(null, "server.webSocket.handshakeTimeout", 10000, "Longest upgrade."),
        Bytes(null, "server.webSocket.maxFrameSize", 65536, "Largest frame."),
        Secret("WS_RELAY_URL", "server.webSocket.relay.url", "Relay: a broker of your own, in place of the fleet's: `nats://`, `tls://`, `amqp://` or `amqps://`, with user and password if it asks for them."),
        Path("WS_RELAY_CREDS_FILE", "server.webSocket.relay.credsFile", null, "Relay by NATS: credentials for the broker of WS_RELAY_URL (`.creds` file)."),
        Path("WS_RELAY_CA_FILE", "server.webSocket.relay.caFile", null, "Relay: who signs the certificate of the broker of WS_RELAY_URL (PEM file).") with { DefaultNote = "whoever the system trusts" },
        Choice("WS_RELAY_AMQP_VERSION", "server.webSocket.relay.amqp.version", "1.0", ["1.0", "0-9-1"], "Relay by AMQP: version of the protocol. The fleet's router speaks 1.0, RabbitMQ 0-9-1."),
        Number(null, "server.webSocket.relay.amqp.poolSize", 8, "Relay by AMQP: connections per replica."),
        Milliseconds(null, "server.webSocket.relay.amqp.sendTimeoutMs", 5000, "Relay by AMQP: longest send."),
        Number(null, "server.webSocket.relay.amqp.unsettledWarnThreshold", 1800, "Relay by AMQP: unsettled deliveries that are worth a warning."),
        Bytes(null, "server.webSocket.relay.nats.maxPendingBytes", 32 * MiB, "Relay by NATS: pending bytes per log session before lines are dropped."),
        Number(null, "server.webSocket.relay.nats.maxPendingMessages", 8192, "Relay by NATS: pending messages per log session before lines are dropped."),
        Milliseconds(null, "server.webSocket.relay.nats.publishTimeoutMs", 5000, "Relay by NATS: longest publish."),
    ];
}
