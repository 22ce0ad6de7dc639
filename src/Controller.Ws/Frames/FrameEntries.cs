using Nerdbank.MessagePack;

namespace Controller.Ws.Frames;

/// <summary>One entry of a frame's map.</summary>
/// <param name="Key">Which key; <see cref="FrameKeys.None"/> for one the Controller does not know.</param>
/// <param name="Whole">Key and value as they stand on the wire.</param>
/// <param name="ValueStart">Where the value starts, its MessagePack header included.</param>
internal readonly record struct FrameEntry(FrameKeys Key, FramePart Whole, int ValueStart)
{
    /// <summary>The value as it stands on the wire.</summary>
    public ReadOnlySpan<byte> Value(ReadOnlySpan<byte> frame) => frame[ValueStart..Whole.End];
}

/// <summary>Walks over the entries of a frame's map without copying or throwing, however broken the frame is.</summary>
internal ref struct FrameEntries
{
    private readonly ReadOnlyMemory<byte> _frame;
    private int _at;
    private uint _left;

    public FrameEntries(ReadOnlyMemory<byte> frame)
    {
        _frame = frame;
        IsComplete = MessagePackPrimitives.TryReadMapHeader(frame.Span, out var count, out _at) == MessagePackPrimitives.DecodeResult.Success;
        Count = IsComplete ? count : 0;
        _left = Count;
    }

    /// <summary>Entries the header promises.</summary>
    public uint Count { get; }

    /// <summary>After the walk: all was there, and nothing behind it.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The next entry; false at the end and at the first thing that is not one.</summary>
    public bool TryNext(out FrameEntry entry)
    {
        entry = default;
        var span = _frame.Span;
        if (_left == 0)
        {
            IsComplete = IsComplete && _at == span.Length;
            return false;
        }

        _left--;
        var start = _at;
        if (MessagePackPrimitives.TryReadStringHeader(span[_at..], out var length, out var header) != MessagePackPrimitives.DecodeResult.Success
            || length > span.Length - _at - header)
        {
            return Broken();
        }

        var name = span.Slice(_at + header, (int)length);
        _at += header + (int)length;
        var valueStart = _at;
        if (!TrySkipValue(span))
        {
            return Broken();
        }

        entry = new(KeyOf(name), new FramePart(start, _at - start), valueStart);
        return true;
    }

    /// <summary>A non-negative integer of any width.</summary>
    public static bool TryInteger(ReadOnlySpan<byte> value, out ulong number) =>
        TryReadInteger(value, out number, out var isNegative, out _) && !isNegative;

    /// <summary>The contents of a bin or str; of a nil, nothing.</summary>
    public static bool TryBytes(FrameEntry entry, ReadOnlySpan<byte> frame, out FramePart part)
    {
        part = default;
        var value = entry.Value(frame);
        if (MessagePackPrimitives.TryReadNil(value, out _) == MessagePackPrimitives.DecodeResult.Success)
        {
            return true;
        }

        if (MessagePackPrimitives.TryReadBinHeader(value, out var length, out var header) != MessagePackPrimitives.DecodeResult.Success
            && MessagePackPrimitives.TryReadStringHeader(value, out length, out header) != MessagePackPrimitives.DecodeResult.Success)
        {
            return false;
        }

        part = new(entry.ValueStart + header, (int)length);
        return true;
    }

    /// <summary>Whether an id or a time says something: not nil, not empty, not 0.</summary>
    public static bool HasValue(ReadOnlySpan<byte> value) =>
        MessagePackPrimitives.TryReadStringHeader(value, out var length, out _) == MessagePackPrimitives.DecodeResult.Success
            ? length > 0
            : TryInteger(value, out var number) && number > 0;

    private static FrameKeys KeyOf(ReadOnlySpan<byte> name) => name switch
    {
        _ when name.SequenceEqual("type"u8) => FrameKeys.Type,
        _ when name.SequenceEqual("data"u8) => FrameKeys.Data,
        _ when name.SequenceEqual("microserviceUuid"u8) => FrameKeys.MicroserviceUuid,
        _ when name.SequenceEqual("execId"u8) => FrameKeys.ExecId,
        _ when name.SequenceEqual("sessionId"u8) => FrameKeys.SessionId,
        _ when name.SequenceEqual("timestamp"u8) => FrameKeys.Timestamp,
        _ => FrameKeys.None,
    };

    /// <summary>The library throws for a number that the asked type cannot hold, so it is asked for one that can.</summary>
    private static bool TryReadInteger(ReadOnlySpan<byte> value, out ulong number, out bool isNegative, out int length)
    {
        if (value is [>= MessagePackCode.Int8 and <= MessagePackCode.Int64 or >= MessagePackCode.MinNegativeFixInt, ..])
        {
            var isRead = MessagePackPrimitives.TryRead(value, out long signed, out length) == MessagePackPrimitives.DecodeResult.Success;
            isNegative = signed < 0;
            number = isNegative ? 0 : (ulong)signed;
            return isRead;
        }

        isNegative = false;
        return MessagePackPrimitives.TryRead(value, out number, out length) == MessagePackPrimitives.DecodeResult.Success;
    }

    private bool Broken()
    {
        IsComplete = false;
        _left = 0;
        return false;
    }

    /// <summary>Moves over one value of any kind.</summary>
    private bool TrySkipValue(ReadOnlySpan<byte> span)
    {
        if (_at >= span.Length)
        {
            return false;
        }

        // The kinds that real frames are made of; the rest is the library's business.
        var rest = span[_at..];
        if (MessagePackPrimitives.TryReadBinHeader(rest, out var length, out var header) == MessagePackPrimitives.DecodeResult.Success
            || MessagePackPrimitives.TryReadStringHeader(rest, out length, out header) == MessagePackPrimitives.DecodeResult.Success)
        {
            if (length > rest.Length - header)
            {
                return false;
            }

            _at += header + (int)length;
            return true;
        }

        if (TryReadInteger(rest, out _, out _, out header))
        {
            _at += header;
            return true;
        }

        return TrySkipAny();
    }

    private bool TrySkipAny()
    {
        try
        {
            var reader = new MessagePackReader(_frame[_at..]);
            reader.Skip(new SerializationContext());
            _at += checked((int)reader.Consumed);
            return true;
        }
        catch (Exception e) when (e is MessagePackSerializationException or EndOfStreamException)
        {
            return false;
        }
    }
}
