using System.Buffers;
using System.Text;
using Controller.Ws.Sessions;

namespace Controller.Ws.Frames;

/// <summary>
/// The frames of one session that the Controller writes or rewrites (websocket 6). Everything in them that does not
/// change from frame to frame is encoded once.
/// </summary>
internal sealed class SessionFrames
{
    /// <summary>What a message must be received with in front of it and behind it, so that it can be rewritten in place.</summary>
    public const int Headroom = FrameWriter.LargestHead, Tailroom = 3 * FrameWriter.LargestEntry;

    /// <summary>The timestamp is the last thing in <see cref="_tail"/>.</summary>
    private const int TimestampBytes = 8;

    private readonly SessionInfo _session;
    private readonly ArrayPool<byte> _pool;
    private readonly TimeProvider _time;

    /// <summary>The entries behind <c>data</c> of a frame between the two ends of a terminal.</summary>
    private readonly byte[] _tail;

    public SessionFrames(SessionInfo session, ArrayPool<byte> pool, TimeProvider time)
    {
        _session = session;
        _pool = pool;
        _time = time;
        if (session.IsLog)
        {
            _tail = [];
            return;
        }

        var writer = new FrameWriter(stackalloc byte[4 * FrameWriter.LargestEntry]);
        writer.Text("microserviceUuid"u8, session.ResourceUuid);
        writer.Text("execId"u8, session.Id);
        writer.Text("sessionId"u8, session.Id);
        writer.Timestamp(0);
        _tail = writer.Copy();
    }

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private string? MicroserviceUuid => _session.Kind == SessionKind.NodeLog ? null : _session.ResourceUuid;

    /// <summary>The first frame to the user.</summary>
    public Frame Announce() => _session.IsLog
        ? LogStart()
        : Notice(MessageType.Activation, $$"""{"sessionId":"{{_session.Id}}","microserviceUuid":"{{_session.ResourceUuid}}"}""");

    /// <summary>The first frame to an agent.</summary>
    public Frame Activate() => _session.IsLog
        ? LogStart()
        : Notice(
            MessageType.Activation,
            $$"""{"sessionId":"{{_session.Id}}","execId":"{{_session.Id}}","microserviceUuid":"{{_session.ResourceUuid}}","timestamp":{{Now}}}""");

    /// <summary>The user waits for the agent.</summary>
    public Frame Waiting() => _session.IsLog ? LogNotice(MessageType.LogLine, Texts.LogWaiting) : Notice(MessageType.Stderr, Texts.ExecWaiting);

    /// <summary>Both ends are there.</summary>
    public Frame Ready() => _session.IsLog ? LogNotice(MessageType.LogLine, Texts.LogReady) : Notice(MessageType.Stderr, Texts.ExecReady);

    /// <summary>The agent did not come.</summary>
    public Frame WaitedInVain() => _session.IsLog
        ? LogNotice(MessageType.LogLine, Texts.WaitedInVain)
        : Notice(MessageType.Stderr, Texts.WaitedInVain);

    /// <summary>The agent of a log is gone and may come back.</summary>
    public Frame AgentGone() => LogNotice(MessageType.LogLine, Texts.LogAgentGone);

    /// <summary>Lines are missing. Beside <c>data</c> it carries <c>message</c>, which the Console shows (decision 36).</summary>
    public Frame Backpressure() => LogNotice(MessageType.LogError, Texts.Backpressure);

    /// <summary>The Controller ends a terminal.</summary>
    public Frame Close(string text)
    {
        var frame = Rent(text, out var writer);
        writer.Map(6);
        writer.Type(MessageType.Close);
        writer.Text("execId"u8, _session.Id);
        writer.Text("sessionId"u8, _session.Id);
        writer.Text("microserviceUuid"u8, MicroserviceUuid);
        writer.Timestamp(Now);
        writer.Data(Encoding.UTF8.GetBytes(text));
        return Frame.Own(_pool, frame, 0, writer.Written, MessageType.Close);
    }

    /// <summary>The answer to a user's keepalive.</summary>
    public Frame Keepalive() => FromUser(MessageType.Control, "keepalive"u8);

    /// <summary>A user's text message as input of the terminal: a line of its own.</summary>
    public Frame TextInput(ReadOnlySpan<byte> text)
    {
        var buffer = _pool.Rent(text.Length + 1);
        text.CopyTo(buffer);
        buffer[text.Length] = (byte)'\n';
        var frame = FromUser(MessageType.Stdin, buffer.AsSpan(0, text.Length + 1));
        _pool.Return(buffer);
        return frame;
    }

    /// <summary>
    /// An agent's output for the user: six keys and a fresh time, written around the data where it stands. The message
    /// must have been received with <see cref="Headroom"/> and <see cref="Tailroom"/>.
    /// </summary>
    public Frame Output(byte[] buffer, int start, FrameMap map)
    {
        Span<byte> headBytes = stackalloc byte[FrameWriter.LargestHead];
        var head = new FrameWriter(headBytes);
        head.Map(6);
        head.Type(map.Type);
        head.DataHeader(map.Data.Length);
        var dataStart = start + map.Data.Start;
        var from = dataStart - head.Written;
        headBytes[..head.Written].CopyTo(buffer.AsSpan(from));
        var end = dataStart + map.Data.Length;
        WriteTail(buffer.AsSpan(end));
        return Frame.Own(_pool, buffer, from, end + _tail.Length - from, map.Type);
    }

    /// <summary>A user's frame for the agent: ids and time that are missing or empty are filled in. Takes over the buffer.</summary>
    public Frame Input(byte[] buffer, int start, int length, FrameMap map)
    {
        var missing = FrameKeys.Ids & ~map.Filled;
        return missing == FrameKeys.None ? Frame.Own(_pool, buffer, start, length, map.Type) : Fill(buffer, start, length, map.Type, missing);
    }

    private Frame Fill(byte[] source, int start, int length, MessageType type, FrameKeys missing)
    {
        var message = source.AsMemory(start, length);
        var buffer = _pool.Rent(length + (4 * FrameWriter.LargestEntry));
        var present = PresentKeys(message, out var count);
        var writer = new FrameWriter(buffer);
        writer.Map(count + (uint)System.Numerics.BitOperations.PopCount((uint)(missing & ~present)));
        var entries = new FrameEntries(message);
        while (entries.TryNext(out var entry))
        {
            if ((entry.Key & missing) != FrameKeys.None)
            {
                Write(ref writer, entry.Key);
            }
            else
            {
                writer.Raw(message.Span.Slice(entry.Whole.Start, entry.Whole.Length));
            }
        }

        foreach (var key in (ReadOnlySpan<FrameKeys>)[FrameKeys.MicroserviceUuid, FrameKeys.ExecId, FrameKeys.SessionId, FrameKeys.Timestamp])
        {
            if ((key & missing & ~present) != FrameKeys.None)
            {
                Write(ref writer, key);
            }
        }

        _pool.Return(source);
        return Frame.Own(_pool, buffer, 0, writer.Written, type);
    }

    private static FrameKeys PresentKeys(ReadOnlyMemory<byte> message, out uint count)
    {
        var present = FrameKeys.None;
        var entries = new FrameEntries(message);
        count = entries.Count;
        while (entries.TryNext(out var entry))
        {
            present |= entry.Key;
        }

        return present;
    }

    private void Write(ref FrameWriter writer, FrameKeys key)
    {
        switch (key)
        {
            case FrameKeys.MicroserviceUuid:
                writer.Text("microserviceUuid"u8, _session.ResourceUuid);
                break;
            case FrameKeys.ExecId:
                writer.Text("execId"u8, _session.Id);
                break;
            case FrameKeys.SessionId:
                writer.Text("sessionId"u8, _session.Id);
                break;
            default:
                writer.Timestamp(Now);
                break;
        }
    }

    private Frame FromUser(MessageType type, ReadOnlySpan<byte> data)
    {
        var buffer = _pool.Rent(FrameWriter.LargestHead + data.Length + _tail.Length);
        var writer = new FrameWriter(buffer);
        writer.Map(6);
        writer.Type(type);
        writer.Data(data);
        WriteTail(buffer.AsSpan(writer.Written));
        return Frame.Own(_pool, buffer, 0, writer.Written + _tail.Length, type);
    }

    private void WriteTail(Span<byte> target)
    {
        _tail.CopyTo(target);
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(target[(_tail.Length - TimestampBytes)..], Now);
    }

    private Frame Notice(MessageType type, string data)
    {
        var buffer = Rent(data, out var writer);
        writer.Map(6);
        writer.Type(type);
        writer.Data(Encoding.UTF8.GetBytes(data));
        writer.Text("sessionId"u8, _session.Id);
        writer.Text("microserviceUuid"u8, MicroserviceUuid);
        writer.Text("execId"u8, _session.Id);
        writer.Timestamp(Now);
        return Frame.Own(_pool, buffer, 0, writer.Written, type);
    }

    private Frame LogStart()
    {
        var data = $$"""{"sessionId":"{{_session.Id}}","tailConfig":{{_session.TailConfig}}}""";
        var buffer = Rent(data, out var writer);
        writer.Map(4);
        writer.Type(MessageType.LogStart);
        writer.Data(Encoding.UTF8.GetBytes(data));
        writer.Text("sessionId"u8, _session.Id);
        writer.Timestamp(Now);
        return Frame.Own(_pool, buffer, 0, writer.Written, MessageType.LogStart);
    }

    private Frame LogNotice(MessageType type, string data)
    {
        var buffer = Rent(data + data, out var writer);
        var hasMessage = type == MessageType.LogError;
        writer.Map(hasMessage ? 7u : 6u);
        writer.Type(type);
        writer.Data(Encoding.UTF8.GetBytes(data));
        writer.Text("sessionId"u8, _session.Id);
        writer.Timestamp(Now);
        writer.Text("microserviceUuid"u8, MicroserviceUuid);
        writer.Text("iofogUuid"u8, _session.Kind == SessionKind.NodeLog ? _session.ResourceUuid : null);
        if (hasMessage)
        {
            writer.Text("message"u8, data);
        }

        return Frame.Own(_pool, buffer, 0, writer.Written, type);
    }

    private byte[] Rent(string data, out FrameWriter writer)
    {
        var buffer = _pool.Rent(FrameWriter.LargestHead + Encoding.UTF8.GetMaxByteCount(data.Length) + (5 * FrameWriter.LargestEntry));
        writer = new(buffer);
        return buffer;
    }
}
