namespace Controller.Ws.Sockets;

/// <summary>What came out of a socket.</summary>
internal enum ReceivedKind
{
    /// <summary>A binary message.</summary>
    Binary,

    /// <summary>A text message.</summary>
    Text,

    /// <summary>Nothing more comes: closed by the peer, or lost.</summary>
    Closed,
}

/// <summary>One message, in a rented buffer with room around it (<see cref="Frames.SessionFrames.Headroom"/>).</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Buffer">The rented buffer, which the receiver of this now owns; empty when closed.</param>
/// <param name="Start">Where the message starts.</param>
/// <param name="Length">Bytes of the message.</param>
internal readonly record struct Received(ReceivedKind Kind, byte[] Buffer, int Start, int Length)
{
    public static readonly Received Closed = new(ReceivedKind.Closed, [], 0, 0);

    public ReadOnlyMemory<byte> Memory => new(Buffer, Start, Length);
}
