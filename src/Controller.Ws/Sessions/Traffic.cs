using System.Buffers;
using Controller.Ws.Frames;
using Controller.Ws.Sockets;

namespace Controller.Ws.Sessions;

/// <summary>
/// What comes in from the two sides and where it goes (websocket 7.4 and 8.3). Reading stops while the other side does
/// not keep up (decision 40).
/// </summary>
internal static class Traffic
{
    /// <summary>Reads a user's socket until it is closed.</summary>
    public static async Task ReadUserAsync(Session session, SessionSocket socket)
    {
        while (await socket.ReceiveAsync().ConfigureAwait(false) is { Kind: not ReceivedKind.Closed } message)
        {
            if (session.Info.IsLog)
            {
                // A log flows one way.
                socket.Pool.Return(message.Buffer);
            }
            else if (message.Kind == ReceivedKind.Text)
            {
                var input = session.Frames.TextInput(message.Memory.Span);
                socket.Pool.Return(message.Buffer);
                session.Touch();
                await session.ToAgent.WriteAsync(input).ConfigureAwait(false);
            }
            else
            {
                await FromUserAsync(session, socket.Pool, message).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Reads an agent's socket until it is closed.</summary>
    public static async Task ReadAgentAsync(Session session, SessionSocket socket)
    {
        while (await socket.ReceiveAsync().ConfigureAwait(false) is { Kind: not ReceivedKind.Closed } message)
        {
            if (message.Kind != ReceivedKind.Binary || !FrameMap.TryRead(message.Memory, out var map))
            {
                socket.Pool.Return(message.Buffer);
            }
            else if (session.Info.IsLog)
            {
                await FromLogAsync(session, socket.Pool, message, map.Type).ConfigureAwait(false);
            }
            else
            {
                await FromTerminalAsync(session, socket.Pool, message, map).ConfigureAwait(false);
            }
        }
    }

    private static ValueTask<bool> FromUserAsync(Session session, ArrayPool<byte> pool, in Received message)
    {
        if (!FrameMap.TryRead(message.Memory, out var map))
        {
            pool.Return(message.Buffer);
            return new(false);
        }

        if (map.Type == MessageType.Control && message.Memory.Span.Slice(map.Data.Start, map.Data.Length).SequenceEqual("keepalive"u8))
        {
            pool.Return(message.Buffer);
            if (session.ToUser.Bytes < Lane.MostBytes)
            {
                session.ToUser.Post(session.Frames.Keepalive());
            }

            return new(false);
        }

        session.Touch();
        if (map.Type != MessageType.Close)
        {
            return session.ToAgent.WriteAsync(session.Frames.Input(message.Buffer, message.Start, message.Length, map));
        }

        // The agent gets a CLOSE when the session ends, after what was typed before.
        pool.Return(message.Buffer);
        session.Post(new(Happening.UserSentClose));
        return new(true);
    }

    private static ValueTask<bool> FromTerminalAsync(Session session, ArrayPool<byte> pool, in Received message, in FrameMap map)
    {
        session.Touch();
        switch (map.Type)
        {
            case MessageType.Stdout or MessageType.Stderr when map.Data.Length > 0:
                return session.ToUser.WriteAsync(session.Frames.Output(message.Buffer, message.Start, map));
            case MessageType.Control:
                return session.ToUser.WriteAsync(Frame.Own(pool, message.Buffer, message.Start, message.Length, map.Type));
            case MessageType.Close:
                session.Post(new(Happening.AgentSentClose));
                break;
        }

        pool.Return(message.Buffer);
        return new(true);
    }

    private static ValueTask FromLogAsync(Session session, ArrayPool<byte> pool, in Received message, MessageType type)
    {
        if (type is < MessageType.LogLine or > MessageType.LogError)
        {
            pool.Return(message.Buffer);
            return default;
        }

        session.Touch();
        return session.ForwardLogAsync(Frame.Own(pool, message.Buffer, message.Start, message.Length, type));
    }
}
