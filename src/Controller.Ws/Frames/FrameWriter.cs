using System.Text;
using Nerdbank.MessagePack;

namespace Controller.Ws.Frames;

/// <summary>Writes a frame into a buffer that is known to be large enough.</summary>
/// <param name="target">Where the frame goes.</param>
internal ref struct FrameWriter(Span<byte> target)
{
    /// <summary>Room that any entry but <c>data</c> needs at most, with an id of up to 255 bytes.</summary>
    public const int LargestEntry = 280;

    /// <summary>Room for a map header, <c>type</c> and the header of <c>data</c>.</summary>
    public const int LargestHead = 24;

    private readonly Span<byte> _target = target;

    /// <summary>Bytes written so far.</summary>
    public int Written { get; private set; }

    public void Map(uint entries)
    {
        MessagePackPrimitives.TryWriteMapHeader(_target[Written..], entries, out var n);
        Written += n;
    }

    public void Type(MessageType type)
    {
        Key("type"u8);
        MessagePackPrimitives.TryWrite(_target[Written..], (byte)type, out var n);
        Written += n;
    }

    /// <summary>The key and the header of <c>data</c>; its contents follow.</summary>
    public void DataHeader(int length)
    {
        Key("data"u8);
        MessagePackPrimitives.TryWriteBinHeader(_target[Written..], (uint)length, out var n);
        Written += n;
    }

    public void Data(ReadOnlySpan<byte> data)
    {
        DataHeader(data.Length);
        Raw(data);
    }

    /// <summary>A text, or nil.</summary>
    public void Text(ReadOnlySpan<byte> key, string? value)
    {
        Key(key);
        int n;
        if (value is null)
        {
            MessagePackPrimitives.TryWriteNil(_target[Written..], out n);
            Written += n;
            return;
        }

        MessagePackPrimitives.TryWriteStringHeader(_target[Written..], (uint)Encoding.UTF8.GetByteCount(value), out n);
        Written += n;
        Written += Encoding.UTF8.GetBytes(value, _target[Written..]);
    }

    /// <summary>Milliseconds since the epoch, always nine bytes wide as upstream writes it.</summary>
    public void Timestamp(long milliseconds)
    {
        Key("timestamp"u8);
        MessagePackPrimitives.TryWriteUInt64(_target[Written..], (ulong)milliseconds, out var n);
        Written += n;
    }

    /// <summary>What was written, in an array of its own.</summary>
    public readonly byte[] Copy() => _target[..Written].ToArray();

    /// <summary>Bytes as they are.</summary>
    public void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_target[Written..]);
        Written += bytes.Length;
    }

    private void Key(ReadOnlySpan<byte> key)
    {
        MessagePackPrimitives.TryWriteStringHeader(_target[Written..], (uint)key.Length, out var n);
        Written += n;
        Raw(key);
    }
}
