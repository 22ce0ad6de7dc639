namespace Controller.Ws.Frames;

/// <summary>Notices and close reasons that clients show and match on (websocket 6 and 9).</summary>
internal static class Texts
{
    public const string ExecWaiting = "Waiting for agent connection. Interactive exec will begin once the agent connects.\n";
    public const string ExecReady = "Agent connected. Interactive exec is ready.\n";
    public const string LogWaiting = "Waiting for agent connection. Log streaming will begin once the agent connects.\n";
    public const string LogReady = "Agent connected. Log streaming started.\n";
    public const string LogAgentGone = "Agent disconnected.\n";
    public const string WaitedInVain = "Timeout waiting for agent connection.\n";
    public const string Backpressure = "Log stream backpressure: dropping lines until client catches up\n";
    public const string Keepalive = "keepalive";

    public const string SessionClosed = "Session closed";
    public const string SessionClosedTimeout = "Session closed (timeout)";
    public const string AgentClosed = "Agent closed connection";
    public const string UserClosed = "User closed connection";
    public const string ExecExpired = "Exec session expired";
    public const string LogExpired = "Log session expired";
    public const string ExecTooLong = "Exec session max duration exceeded";
    public const string LogIdle = "Log session idle timeout";
    public const string PairingTimeout = "Timeout waiting for agent connection";
    public const string Draining = "Server draining";
    public const string RelayUnavailable = "Relay unavailable for cross-replica session";
    public const string SessionNotFound = "Session not found";
    public const string ProtocolError = "Protocol error";
    public const string InternalError = "Internal server error";
}
