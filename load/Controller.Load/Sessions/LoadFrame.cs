using Edgelet.Simulator.Sessions;
using Nerdbank.MessagePack;

namespace Controller.Load;

/// <summary>
/// Frames as an Edgelet and a Go client write them, without an allocation for each: the generator must cost less than the
/// server. <see cref="SessionFrame"/> is the one that reads strictly.
/// </summary>
internal static class LoadFrame
{
    /// <summary>Room that a frame needs beside its data.</summary>
    private const int Overhead = 160;

    /// <summary>Writes a frame with the keys of an Edgelet's terminal.</summary>
    /// <returns>Its bytes, in a buffer that is used again for the next frame.</returns>
    public static ReadOnlyMemory<byte> Write(ref byte[] buffer, SessionFrameType type, ReadOnlySpan<byte> data, string microservice, string session)
    {
        if (buffer.Length < data.Length + Overhead)
        {
            buffer = new byte[data.Length + Overhead];
        }

        var at = 0;
        MessagePackPrimitives.TryWriteMapHeader(buffer, 5, out at);
        Key(buffer, ref at, "type"u8);
        Advance(MessagePackPrimitives.TryWriteUInt8(buffer.AsSpan(at), (byte)type, out var n), ref at, n);
        Key(buffer, ref at, "data"u8);
        Advance(MessagePackPrimitives.TryWriteBinHeader(buffer.AsSpan(at), (uint)data.Length, out n), ref at, n);
        data.CopyTo(buffer.AsSpan(at));
        at += data.Length;
        Text(buffer, ref at, "microserviceUuid"u8, microservice);
        Text(buffer, ref at, "execId"u8, session);
        Key(buffer, ref at, "timestamp"u8);
        Advance(MessagePackPrimitives.TryWriteInt64(buffer.AsSpan(at), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), out n), ref at, n);
        return buffer.AsMemory(0, at);
    }

    /// <summary>Type and data of a frame whose first two keys they are, as everybody writes them; false for anything else.</summary>
    public static bool TryRead(ReadOnlySpan<byte> frame, out SessionFrameType type, out ReadOnlySpan<byte> data)
    {
        type = default;
        data = default;
        if (!Success(MessagePackPrimitives.TryReadMapHeader(frame, out _, out var at))
            || !Is(frame, ref at, "type"u8)
            || !Success(MessagePackPrimitives.TryRead(frame[at..], out byte number, out var n))
            || !Move(ref at, n)
            || !Is(frame, ref at, "data"u8)
            || !Success(MessagePackPrimitives.TryReadBinHeader(frame[at..], out var length, out n))
            || !Move(ref at, n)
            || length > frame.Length - at)
        {
            return false;
        }

        type = (SessionFrameType)number;
        data = frame.Slice(at, (int)length);
        return true;
    }

    private static bool Success(MessagePackPrimitives.DecodeResult result) => result == MessagePackPrimitives.DecodeResult.Success;

    private static bool Move(ref int at, int by)
    {
        at += by;
        return true;
    }

    private static bool Is(ReadOnlySpan<byte> frame, ref int at, ReadOnlySpan<byte> key) =>
        Success(MessagePackPrimitives.TryReadStringHeader(frame[at..], out var length, out var n))
        && length == key.Length
        && frame.Length >= at + n + key.Length
        && frame.Slice(at + n, key.Length).SequenceEqual(key)
        && Move(ref at, n + key.Length);

    private static void Advance(bool fits, ref int at, int by)
    {
        if (!fits)
        {
            throw new InvalidOperationException("The frame does not fit its buffer");
        }

        at += by;
    }

    private static void Key(byte[] buffer, ref int at, ReadOnlySpan<byte> key)
    {
        Advance(MessagePackPrimitives.TryWriteStringHeader(buffer.AsSpan(at), (uint)key.Length, out var n), ref at, n);
        key.CopyTo(buffer.AsSpan(at));
        at += key.Length;
    }

    private static void Text(byte[] buffer, ref int at, ReadOnlySpan<byte> key, string value)
    {
        Key(buffer, ref at, key);
        Advance(MessagePackPrimitives.TryWriteStringHeader(buffer.AsSpan(at), (uint)value.Length, out var n), ref at, n);
        at += System.Text.Encoding.ASCII.GetBytes(value, buffer.AsSpan(at));
    }
}
