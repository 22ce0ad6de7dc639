namespace Controller.Sessions;

/// <summary>A WebSocket is closed before it serves a session. Clients match on the reason (websocket 9).</summary>
internal sealed class SocketRefusedException(string reason, int code = SocketRefusedException.PolicyViolation) : Exception(reason)
{
    public const int PolicyViolation = 1008, ProtocolError = 1002, InternalError = 1011, TryAgainLater = 1013;

    /// <summary>The code of the close frame.</summary>
    public int Code { get; } = code;
}
