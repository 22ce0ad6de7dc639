using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Controller.Load;

/// <summary>Where the requests of a closed loop come from and where their answers go. Called on one thread only.</summary>
internal interface IRawTraffic
{
    /// <summary>Writes the next request; 0 ends the loop.</summary>
    int Next(Span<byte> request, out int tag);

    /// <summary>A finished request; status 0 means that the connection broke.</summary>
    void Done(int tag, int status, long elapsedTicks);
}

/// <summary>
/// A closed loop over kept-alive HTTP/1.1 connections on one thread with epoll. It shares the machine with the server
/// that it measures, so it does two system calls per request, allocates nothing and looks at as little of an answer as
/// framing needs. Linux only.
/// </summary>
internal sealed partial class RawHttp : IDisposable
{
    private const int BufferSize = 64 * 1024;
    private const int EventsPerWait = 64;
    private const uint EpollIn = 1;
    private const int EpollAdd = 1;
    private const int EpollDelete = 2;
    private const int DontWait = 0x40;
    private const int NoSignal = 0x4000;
    private const int Discard = 0x20;
    private const int LargestDiscard = 1 << 20;
    private const int TryAgain = 11;
    private const int Interrupted = 4;

    // struct epoll_event is packed on x86-64 only.
    private static readonly int s_eventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int s_eventData = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

    private readonly string _host;
    private readonly int _port;
    private readonly int _epoll;
    private readonly Connection[] _connections;

    public RawHttp(string host, int port, int connections)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new UsageException("closed loops run on Linux only");
        }

        _host = host;
        _port = port;
        _epoll = EpollCreate(0);
        if (_epoll < 0)
        {
            throw new InvalidOperationException($"epoll_create1: errno {Marshal.GetLastPInvokeError()}");
        }

        _connections = new Connection[connections];
        for (var i = 0; i < connections; i++)
        {
            _connections[i] = new Connection();
            Connect(i);
        }
    }

    /// <summary>Runs until the traffic ends or the time is over; requests under way then are awaited but a stop is a stop: 5 s.</summary>
    /// <param name="traffic">What is asked.</param>
    /// <param name="duration">For how long.</param>
    /// <param name="pause">How long a connection waits after each answer; none: a closed loop.</param>
    /// <returns>The time it took, without that wait.</returns>
    public TimeSpan Run(IRawTraffic traffic, TimeSpan duration, TimeSpan pause = default)
    {
        var begin = Stopwatch.GetTimestamp();
        var end = begin + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var pauseTicks = (long)(pause.TotalSeconds * Stopwatch.Frequency);
        var pausing = new Queue<(int Index, long Until)>();
        var busy = 0;
        for (var i = 0; i < _connections.Length; i++)
        {
            if (pauseTicks > 0)
            {
                // Spread over the first pause.
                pausing.Enqueue((i, begin + (pauseTicks * i / _connections.Length)));
            }
            else
            {
                busy += Send(_connections[i], i, traffic) ? 1 : 0;
            }
        }

        Span<byte> events = stackalloc byte[EventsPerWait * 16];
        long stopped = 0;
        while (busy > 0 || (pausing.Count > 0 && stopped == 0))
        {
            var wait = pausing.TryPeek(out var first) ? Math.Clamp((first.Until - Stopwatch.GetTimestamp()) * 1000 / Stopwatch.Frequency, 0, 100) : 100;
            var count = EpollWait(_epoll, ref MemoryMarshal.GetReference(events), EventsPerWait, (int)wait);
            var now = Stopwatch.GetTimestamp();
            if (now >= end && stopped == 0)
            {
                stopped = now;
            }

            while (stopped == 0 && pausing.TryPeek(out first) && first.Until <= now)
            {
                busy += Send(_connections[pausing.Dequeue().Index], first.Index, traffic) ? 1 : 0;
            }

            if (stopped != 0 && now - stopped > 5 * Stopwatch.Frequency)
            {
                break;
            }

            for (var i = 0; i < count; i++)
            {
                var index = BinaryPrimitives.ReadInt32LittleEndian(events[((i * s_eventSize) + s_eventData)..]);
                var connection = _connections[index];
                var status = Receive(connection);
                if (status < 0)
                {
                    continue;
                }

                if (connection.Busy)
                {
                    connection.Busy = false;
                    busy--;
                    traffic.Done(connection.Tag, status, Stopwatch.GetTimestamp() - connection.SentAt);
                }

                if (status == 0 || connection.Closing)
                {
                    Reconnect(index);
                }

                if (pauseTicks > 0)
                {
                    pausing.Enqueue((index, Stopwatch.GetTimestamp() + pauseTicks));
                }
                else if (stopped == 0 && Send(connection, index, traffic))
                {
                    busy++;
                }
            }
        }

        return Stopwatch.GetElapsedTime(begin, stopped != 0 ? stopped : Stopwatch.GetTimestamp());
    }

    public void Dispose()
    {
        foreach (var connection in _connections)
        {
            connection.Socket?.Dispose();
        }

        Close(_epoll);
    }

    private bool Send(Connection connection, int index, IRawTraffic traffic)
    {
        var length = traffic.Next(connection.Output, out connection.Tag);
        if (length == 0)
        {
            return false;
        }

        connection.Received = 0;
        connection.Rest = 0;
        connection.Busy = true;
        connection.SentAt = Stopwatch.GetTimestamp();
        var at = 0;
        while (at < length)
        {
            var sent = SendBytes(connection.Handle, ref connection.Output[at], length - at, DontWait | NoSignal);
            if (sent > 0)
            {
                at += (int)sent;
            }
            else if (Marshal.GetLastPInvokeError() is not (TryAgain or Interrupted))
            {
                // A broken connection shows up as readable too; Receive reports it.
                break;
            }
        }

        return true;
    }

    /// <summary>Status of a complete answer, 0 for a broken connection, -1 for more to come.</summary>
    private static int Receive(Connection connection)
    {
        if (connection.Rest > 0)
        {
            return SkipBody(connection);
        }

        if (connection.Received == BufferSize)
        {
            return 0;
        }

        var got = ReceiveBytes(connection.Handle, ref connection.Input[connection.Received], BufferSize - connection.Received, DontWait);
        if (got <= 0)
        {
            return got < 0 && Marshal.GetLastPInvokeError() is TryAgain or Interrupted ? -1 : 0;
        }

        connection.Received += (int)got;
        return Parse(connection.Input.AsSpan(0, connection.Received), out connection.Closing, out connection.Rest, out connection.Status);
    }

    /// <summary>What is left of a body of known length is thrown away inside the kernel (MSG_TRUNC): nobody looks at it.</summary>
    private static int SkipBody(Connection connection)
    {
        var want = Math.Min(connection.Rest, LargestDiscard);
        var got = ReceiveBytes(connection.Handle, ref connection.Input[0], want, DontWait | Discard);
        if (got <= 0)
        {
            return got < 0 && Marshal.GetLastPInvokeError() is TryAgain or Interrupted ? -1 : 0;
        }

        connection.Rest -= (int)got;
        return connection.Rest > 0 ? -1 : connection.Status;
    }

    /// <summary>Status of a complete answer, 0 for none that can be read, -1 for more to come.</summary>
    /// <param name="answer">What has arrived.</param>
    /// <param name="closing">The server is about to close the connection.</param>
    /// <param name="rest">Bytes that are missing when the length is known.</param>
    /// <param name="status">The status as soon as it is known.</param>
    internal static int Parse(ReadOnlySpan<byte> answer, out bool closing, out int rest, out int status)
    {
        closing = false;
        rest = 0;
        status = 0;
        var headerEnd = answer.IndexOf("\r\n\r\n"u8);
        if (headerEnd < 0)
        {
            return -1;
        }

        if (!answer.StartsWith("HTTP/1.1 "u8) || !Utf8Parser.TryParse(answer[9..12], out status, out _))
        {
            return 0;
        }

        var headers = answer[..(headerEnd + 2)];
        var body = answer[(headerEnd + 4)..];
        closing = Header(headers, "connection:"u8).IndexOf("close"u8) >= 0;
        if (status is 204 or 304)
        {
            return status;
        }

        var length = Header(headers, "content-length:"u8);
        if (!length.IsEmpty)
        {
            if (!Utf8Parser.TryParse(length, out int bytes, out _))
            {
                return 0;
            }

            rest = Math.Max(0, bytes - body.Length);
            return rest == 0 ? status : -1;
        }

        // Chunked: complete once the chunks lead to the empty one.
        while (true)
        {
            var line = body.IndexOf("\r\n"u8);
            if (line < 0)
            {
                return -1;
            }

            if (!Utf8Parser.TryParse(body[..line], out int size, out _, 'x'))
            {
                return 0;
            }

            var next = line + 2 + size + 2;
            if (body.Length < next)
            {
                return -1;
            }

            if (size == 0)
            {
                return status;
            }

            body = body[next..];
        }
    }

    private static ReadOnlySpan<byte> Header(ReadOnlySpan<byte> headers, ReadOnlySpan<byte> name)
    {
        while (true)
        {
            var line = headers.IndexOf("\r\n"u8);
            if (line < 0)
            {
                return default;
            }

            headers = headers[(line + 2)..];
            if (headers.Length > name.Length && System.Text.Ascii.EqualsIgnoreCase(headers[..name.Length], name))
            {
                var value = headers[name.Length..];
                return System.MemoryExtensions.Trim(value[..value.IndexOf("\r\n"u8)], (byte)' ');
            }
        }
    }

    private void Reconnect(int index)
    {
        var connection = _connections[index];
        Span<byte> unused = stackalloc byte[16];
        EpollControl(_epoll, EpollDelete, connection.Handle, ref MemoryMarshal.GetReference(unused));
        connection.Socket!.Dispose();
        Connect(index);
    }

    private void Connect(int index)
    {
        var connection = _connections[index];
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(_host, _port);
        connection.Socket = socket;
        connection.Handle = (int)socket.Handle;
        connection.Closing = false;
        Span<byte> interest = stackalloc byte[16];
        interest.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(interest, EpollIn);
        BinaryPrimitives.WriteInt32LittleEndian(interest[s_eventData..], index);
        if (EpollControl(_epoll, EpollAdd, connection.Handle, ref MemoryMarshal.GetReference(interest)) != 0)
        {
            throw new InvalidOperationException($"epoll_ctl: errno {Marshal.GetLastPInvokeError()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int EpollControl(int epoll, int operation, int handle, ref byte interest);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int EpollWait(int epoll, ref byte events, int count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint SendBytes(int handle, ref byte bytes, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint ReceiveBytes(int handle, ref byte bytes, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);

    private sealed class Connection
    {
        public readonly byte[] Output = new byte[BufferSize];
        public readonly byte[] Input = new byte[BufferSize];
        public Socket? Socket;
        public int Handle;
        public int Received;
        public int Rest;
        public int Status;
        public int Tag;
        public bool Busy;
        public bool Closing;
        public long SentAt;
    }
}
