using System.Buffers;

namespace Controller.Ws.Frames;

/// <summary>
/// One message as it stands on the wire, in a rented buffer. Whoever holds a frame passes it on or returns it, once.
/// </summary>
public readonly struct Frame
{
    private readonly ArrayPool<byte>? _pool;

    private Frame(ArrayPool<byte>? pool, byte[] buffer, int start, int length, MessageType type)
    {
        _pool = pool;
        Buffer = buffer;
        Start = start;
        Length = length;
        Type = type;
    }

    /// <summary>The rented buffer; the message is a part of it.</summary>
    public byte[] Buffer { get; }

    /// <summary>Where the message starts in <see cref="Buffer"/>.</summary>
    public int Start { get; }

    /// <summary>Bytes of the message.</summary>
    public int Length { get; }

    /// <summary>What the message's <c>type</c> says.</summary>
    public MessageType Type { get; }

    /// <summary>The message.</summary>
    public ReadOnlyMemory<byte> Memory => new(Buffer, Start, Length);

    /// <summary>The message.</summary>
    public ReadOnlySpan<byte> Span => new(Buffer, Start, Length);

    /// <summary>Takes over a rented buffer.</summary>
    /// <param name="pool">Where the buffer goes back to; null leaves it to the garbage collector.</param>
    /// <param name="buffer">The buffer.</param>
    /// <param name="start">Where the message starts.</param>
    /// <param name="length">Bytes of the message.</param>
    /// <param name="type">The message's type.</param>
    public static Frame Own(ArrayPool<byte>? pool, byte[] buffer, int start, int length, MessageType type) =>
        new(pool, buffer, start, length, type);

    /// <summary>Copies a message into a rented buffer.</summary>
    public static Frame Copy(ArrayPool<byte> pool, ReadOnlySpan<byte> message, MessageType type)
    {
        var buffer = pool.Rent(message.Length);
        message.CopyTo(buffer);
        return new(pool, buffer, 0, message.Length, type);
    }

    /// <summary>Copies a part of the message into a buffer of its own.</summary>
    public Frame CopyPart(int start, int length) => Copy(_pool ?? ArrayPool<byte>.Shared, Span.Slice(start, length), Type);

    /// <summary>Gives the buffer back; the frame must not be used after it.</summary>
    public void Return() => _pool?.Return(Buffer);
}
