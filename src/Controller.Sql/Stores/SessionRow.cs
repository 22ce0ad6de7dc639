namespace Controller.Sql.Stores;

/// <summary>One exec or log session as the replicas see it (websocket 10).</summary>
/// <param name="SessionId">Unique.</param>
/// <param name="OwnerUuid">The microservice's uuid, or the fog's for a node log.</param>
/// <param name="FogUuid">The fog whose agent is the other end.</param>
/// <param name="Status"><c>PENDING</c>, <c>ACTIVE</c>, or ours <c>REFUSED</c>: no broker could carry it to the agent's replica.</param>
/// <param name="TailConfig">Logs: JSON of lines, follow, since and until.</param>
/// <param name="UserConnected">The user's socket is open somewhere.</param>
/// <param name="AgentConnected">The agent's socket is open somewhere.</param>
/// <param name="UserReplica">The process that holds the user's socket; null in rows of the original.</param>
/// <param name="AgentReplica">The process that holds the agent's socket.</param>
/// <param name="UpdatedAt">When the row was last changed.</param>
public sealed record SessionRow(
    string SessionId, string OwnerUuid, string FogUuid, string Status, string? TailConfig, bool UserConnected, bool AgentConnected,
    string? UserReplica, string? AgentReplica, DateTimeOffset UpdatedAt);
