using System.Buffers;
using System.Text;
using Nerdbank.MessagePack;

namespace Edgelet.Simulator.Sessions;

/// <summary>The numbers of <c>type</c>.</summary>
public enum SessionFrameType
{
    Stdin,
    Stdout,
    Stderr,
    Control,
    Close,
    Activation,
    LogLine,
    LogStart,
    LogStop,
    LogError,
}

/// <summary>
/// One message of a terminal or log, read as strictly as the strictest client does and written byte for byte as the
/// Go clients write it. It shares no code with the Controller's own.
/// </summary>
public sealed record SessionFrame(SessionFrameType Type)
{
    private const int LargestMap = 32;

    /// <summary>Null is written as nil, as Go writes a nil slice.</summary>
    public byte[]? Data { get; init; }

    public string? SessionId { get; init; }

    public string? ExecId { get; init; }

    public string? MicroserviceUuid { get; init; }

    public string? IofogUuid { get; init; }

    /// <summary>Epoch milliseconds; null writes none.</summary>
    public long? Timestamp { get; init; }

    /// <summary>A key that only the Controller writes, on LOG_ERROR.</summary>
    public string? Message { get; private init; }

    /// <summary>The keys as they were read, in order.</summary>
    public IReadOnlyList<string> Keys { get; private init; } = [];

    /// <summary><see cref="Data"/> as text.</summary>
    public string Text => Encoding.UTF8.GetString(Data ?? []);

    /// <summary>Reads a message.</summary>
    /// <exception cref="AgentDecodeException">A client could not read it, or would misread it.</exception>
    public static SessionFrame Read(ReadOnlyMemory<byte> message)
    {
        try
        {
            var reader = new MessagePackReader(message);
            var frame = ReadMap(ref reader);
            return reader.End ? frame : throw new AgentDecodeException("frame", "has bytes behind its map");
        }
        catch (Exception e) when (e is MessagePackSerializationException or EndOfStreamException or OverflowException)
        {
            throw new AgentDecodeException("frame", $"is no MessagePack: {e.Message}");
        }
    }

    /// <summary>The message as a Go client writes it: <c>type</c> as uint8, <c>timestamp</c> as int64.</summary>
    public byte[] Write()
    {
        var buffer = new ArrayBufferWriter<byte>((Data?.Length ?? 0) + 256);
        var writer = new MessagePackWriter(buffer);
        (string Name, string? Value)[] ids = [("microserviceUuid", MicroserviceUuid), ("execId", ExecId), ("sessionId", SessionId), ("iofogUuid", IofogUuid)];
        writer.WriteMapHeader(2 + ids.Count(static id => id.Value is not null) + (Timestamp is null ? 0 : 1));
        writer.Write("type");
        writer.WriteUInt8((byte)Type);
        writer.Write("data");
        if (Data is null)
        {
            writer.WriteNil();
        }
        else
        {
            writer.Write(Data.AsSpan());
        }

        foreach (var (name, value) in ids)
        {
            if (value is not null)
            {
                writer.Write(name);
                writer.Write(value);
            }
        }

        if (Timestamp is { } timestamp)
        {
            writer.Write("timestamp");
            writer.WriteInt64(timestamp);
        }

        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static SessionFrame ReadMap(ref MessagePackReader reader)
    {
        var count = reader.ReadMapHeader();
        if (count > LargestMap)
        {
            throw new AgentDecodeException("frame", $"is a map of {count} entries");
        }

        var keys = new List<string>(count);
        SessionFrameType? type = null;
        var frame = new SessionFrame(default(SessionFrameType));
        for (var i = 0; i < count; i++)
        {
            var key = reader.ReadString() ?? throw new AgentDecodeException("frame", "has a key that is nil");
            if (keys.Contains(key))
            {
                throw new AgentDecodeException(key, "comes twice");
            }

            keys.Add(key);
            switch (key)
            {
                case "type":
                    var number = Integer(ref reader, key);
                    type = number is >= 0 and <= (long)SessionFrameType.LogError ? (SessionFrameType)number : throw new AgentDecodeException(key, $"is {number}");
                    break;
                case "data":
                    frame = frame with { Data = Bytes(ref reader) };
                    break;
                case "timestamp":
                    frame = frame with { Timestamp = Integer(ref reader, key) };
                    break;
                case "sessionId":
                    frame = frame with { SessionId = OptionalText(ref reader, key) };
                    break;
                case "execId":
                    frame = frame with { ExecId = OptionalText(ref reader, key) };
                    break;
                case "microserviceUuid":
                    frame = frame with { MicroserviceUuid = OptionalText(ref reader, key) };
                    break;
                case "iofogUuid":
                    frame = frame with { IofogUuid = OptionalText(ref reader, key) };
                    break;
                case "message":
                    frame = frame with { Message = OptionalText(ref reader, key) };
                    break;
                default:
                    throw new AgentDecodeException(key, "is not a key of any frame");
            }
        }

        return frame with { Type = type ?? throw new AgentDecodeException("type", "is missing"), Keys = keys };
    }

    private static long Integer(ref MessagePackReader reader, string key) => reader.NextMessagePackType == MessagePackType.Integer
        ? reader.ReadInt64()
        : throw new AgentDecodeException(key, $"is a {reader.NextMessagePackType}");

    private static string? OptionalText(ref MessagePackReader reader, string key) => reader.NextMessagePackType is MessagePackType.String or MessagePackType.Nil
        ? reader.ReadString()
        : throw new AgentDecodeException(key, $"is a {reader.NextMessagePackType}");

    private static byte[]? Bytes(ref MessagePackReader reader) => reader.NextMessagePackType switch
    {
        MessagePackType.Nil or MessagePackType.Binary => reader.ReadBytes() is { } bytes ? bytes.ToArray() : null,
        var other => throw new AgentDecodeException("data", $"is a {other}"),
    };
}
