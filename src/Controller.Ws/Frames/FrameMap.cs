using Nerdbank.MessagePack;

namespace Controller.Ws.Frames;

/// <summary>A part of a frame.</summary>
/// <param name="Start">Where it starts, from the frame's first byte.</param>
/// <param name="Length">Bytes.</param>
internal readonly record struct FramePart(int Start, int Length)
{
    public int End => Start + Length;
}

/// <summary>
/// What the Controller needs to know of a frame: a MessagePack map with string keys (websocket 5). Integers of any
/// width, nil for every key but <c>type</c>, keys it does not know.
/// </summary>
internal readonly record struct FrameMap
{
    /// <summary>What the frame is.</summary>
    public required MessageType Type { get; init; }

    /// <summary>The contents of <c>data</c>, without its MessagePack header; empty when absent or nil.</summary>
    public FramePart Data { get; init; }

    /// <summary>Which of the keys that every exec frame must carry have a value.</summary>
    public FrameKeys Filled { get; init; }

    /// <summary>Reads a frame.</summary>
    /// <returns>False for anything that is not one map with a <c>type</c>, and nothing else.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> frame, out FrameMap map)
    {
        map = default;
        var entries = new FrameEntries(frame);
        var data = default(FramePart);
        var filled = FrameKeys.None;
        MessageType? type = null;
        while (entries.TryNext(out var entry))
        {
            switch (entry.Key)
            {
                case FrameKeys.Type when FrameEntries.TryInteger(entry.Value(frame.Span), out var number) && number <= byte.MaxValue:
                    type = (MessageType)number;
                    break;
                case FrameKeys.Data when FrameEntries.TryBytes(entry, frame.Span, out data):
                    break;
                case FrameKeys.Type or FrameKeys.Data:
                    return false;
                case FrameKeys.None:
                    break;
                default:
                    filled |= FrameEntries.HasValue(entry.Value(frame.Span)) ? entry.Key : FrameKeys.None;
                    break;
            }
        }

        if (type is not { } known || !entries.IsComplete)
        {
            return false;
        }

        map = new() { Type = known, Data = data, Filled = filled };
        return true;
    }
}

/// <summary>The keys of frames that mean something to the Controller.</summary>
[Flags]
internal enum FrameKeys
{
    None = 0,
    Type = 1,
    Data = 2,
    MicroserviceUuid = 4,
    ExecId = 8,
    SessionId = 16,
    Timestamp = 32,

    /// <summary>What every frame to an agent's terminal carries (websocket 6.1, fill-in rule).</summary>
    Ids = MicroserviceUuid | ExecId | SessionId | Timestamp,
}
