using System.Globalization;
using System.Text.Unicode;
using Controller.Ws.Frames;
using Controller.Ws.Sessions;

namespace Controller.Ws.Relay;

/// <summary>What a message between two links is.</summary>
internal enum EnvelopeKind : byte
{
    /// <summary>Asks for an answer; also the first word of a link.</summary>
    Poll,

    /// <summary>Says what has arrived, and that the link lives.</summary>
    Ack,

    /// <summary>As <see cref="Ack"/>; something is missing and should be sent again at once.</summary>
    Gap,

    /// <summary>A frame, or the last part of one.</summary>
    Frame,

    /// <summary>A part of a frame that more parts follow.</summary>
    Part,

    /// <summary>The CLOSE frame: the session is over.</summary>
    Close,

    /// <summary>The CLOSE frame again: it has arrived.</summary>
    CloseAck,

    /// <summary>The link is gone without having closed the session.</summary>
    Bye,
}

/// <summary>
/// What travels with a payload, beside the contract's own headers: with it a link makes a reliable stream out of messages
/// that may get lost. One text, <c>1 kind type from to sequence received taken</c>, under <see cref="HeaderName"/>.
/// </summary>
/// <param name="Kind">What the message is.</param>
/// <param name="Type">Type of the frame in the payload.</param>
/// <param name="From">The link that sends.</param>
/// <param name="To">The link that is meant; 0 = whoever is there.</param>
/// <param name="Sequence">Number of a frame, part or close in the stream from <paramref name="From"/> to <paramref name="To"/>, from 1; else 0.</param>
/// <param name="Received">All up to this number have arrived in the other direction.</param>
/// <param name="Taken">All up to this number were taken by the other socket.</param>
internal readonly record struct Envelope(
    EnvelopeKind Kind, MessageType Type, ulong From, ulong To, long Sequence, long Received, long Taken)
{
    /// <summary>The header or application property.</summary>
    public const string HeaderName = "link";

    /// <summary>Bytes that <see cref="TryWrite"/> needs at most.</summary>
    public const int LargestSize = 128;

    /// <summary>The contract's <c>messageType</c>: all frames to an agent's terminal, and every close.</summary>
    public MessageType? TypeHeader(RelayAddress to) => Kind switch
    {
        EnvelopeKind.Close or EnvelopeKind.CloseAck => MessageType.Close,
        EnvelopeKind.Frame or EnvelopeKind.Part when to.Side == SessionSide.Agent && !to.Session.IsLog => Type,
        _ => null,
    };

    /// <summary>The contract's <c>closeAck</c>.</summary>
    public bool IsCloseAck => Kind == EnvelopeKind.CloseAck;

    /// <summary>The header's text.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"1 {(byte)Kind} {(byte)Type} {From:x} {To:x} {Sequence} {Received} {Taken}");

    /// <summary>Writes the header's text.</summary>
    public bool TryWrite(Span<byte> target, out int written) => Utf8.TryWrite(
        target, CultureInfo.InvariantCulture, $"1 {(byte)Kind} {(byte)Type} {From:x} {To:x} {Sequence} {Received} {Taken}", out written);

    /// <summary>Reads the header's text.</summary>
    /// <returns>False for anything else, also for a version that is not known.</returns>
    public static bool TryRead(ReadOnlySpan<byte> text, out Envelope envelope)
    {
        envelope = default;
        if (!Next(ref text).SequenceEqual("1"u8)
            || !byte.TryParse(Next(ref text), NumberStyles.None, CultureInfo.InvariantCulture, out var kind)
            || kind > (byte)EnvelopeKind.Bye
            || !byte.TryParse(Next(ref text), NumberStyles.None, CultureInfo.InvariantCulture, out var type)
            || !ulong.TryParse(Next(ref text), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var from)
            || !ulong.TryParse(Next(ref text), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var to)
            || !long.TryParse(Next(ref text), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            || !long.TryParse(Next(ref text), NumberStyles.None, CultureInfo.InvariantCulture, out var received)
            || !long.TryParse(Next(ref text), NumberStyles.None, CultureInfo.InvariantCulture, out var taken)
            || from == 0)
        {
            return false;
        }

        envelope = new((EnvelopeKind)kind, (MessageType)type, from, to, sequence, received, taken);
        return true;
    }

    private static ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)' ');
        var word = end < 0 ? text : text[..end];
        text = end < 0 ? default : text[(end + 1)..];
        return word;
    }
}
