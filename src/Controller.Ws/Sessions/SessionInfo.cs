namespace Controller.Ws.Sessions;

/// <summary>What a session streams.</summary>
public enum SessionKind
{
    /// <summary>A terminal in a microservice.</summary>
    Exec,

    /// <summary>The log of a microservice.</summary>
    MicroserviceLog,

    /// <summary>The log of a node.</summary>
    NodeLog,
}

/// <summary>The two ends of a session.</summary>
public enum SessionSide
{
    /// <summary>The operator's end.</summary>
    User,

    /// <summary>The Edgelet's end.</summary>
    Agent,
}

/// <summary>One session, as both ends know it.</summary>
/// <param name="Id">Uuid; also the <c>execId</c>.</param>
/// <param name="Kind">What is streamed.</param>
/// <param name="ResourceUuid">The microservice's uuid, or the fog's for a node log.</param>
/// <param name="FogUuid">The fog whose agent is the other end.</param>
/// <param name="TailConfig">Logs: JSON of lines, follow, since and until, as LOG_START carries it.</param>
public sealed record SessionInfo(string Id, SessionKind Kind, string ResourceUuid, string FogUuid, string? TailConfig = null)
{
    /// <summary>A log of any kind.</summary>
    public bool IsLog => Kind != SessionKind.Exec;
}
