using Controller.Ws.Sockets;

namespace Controller.Ws.Sessions;

/// <summary>What can happen to a session.</summary>
internal enum Happening
{
    UserOpened,
    UserClosed,
    UserSentClose,
    AgentOpened,
    AgentClosed,
    AgentSentClose,
    AgentHeard,
    PeerClosed,
    LinkConfirmed,
    LinkSilent,
    RelayRefused,
    Deadline,
    Drain,
}

/// <summary>Something that happened.</summary>
/// <param name="Kind">What.</param>
/// <param name="Socket">Whose socket, where it is about one.</param>
internal readonly record struct SessionEvent(Happening Kind, SessionSocket? Socket = null);
