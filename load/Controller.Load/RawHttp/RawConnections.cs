using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Controller.Load;

/// <summary>
/// Kept-alive HTTP/1.1 connections to one server, known by their numbers, for one thread with epoll. It shares the machine
/// with the server that it measures, so it does two system calls per request, allocates next to nothing and looks at as
/// little of an answer as framing needs. Linux only, plain HTTP only.
/// </summary>
internal sealed partial class RawConnections : IDisposable
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
    private readonly List<Connection> _connections = [];
    private readonly byte[] _events = new byte[EventsPerWait * 16];
    private readonly byte[] _input = new byte[BufferSize];

    public RawConnections(string host, int port)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new UsageException("this needs Linux");
        }

        _host = host;
        _port = port;
        _epoll = EpollCreate(0);
        if (_epoll < 0)
        {
            throw new InvalidOperationException($"epoll_create1: errno {Marshal.GetLastPInvokeError()}");
        }
    }

    /// <summary>A new connection's number.</summary>
    /// <exception cref="SocketException">There is none to be had.</exception>
    public int Open()
    {
        _connections.Add(new());
        Connect(_connections.Count - 1);
        return _connections.Count - 1;
    }

    /// <summary>Replaces a connection.</summary>
    /// <exception cref="SocketException">There is none to be had.</exception>
    public void Reopen(int index)
    {
        var connection = _connections[index];
        EpollControl(_epoll, EpollDelete, connection.Handle, ref _events[0]);
        connection.Socket!.Dispose();
        Connect(index);
    }

    /// <summary>Sends a request. A connection that is broken shows up as readable; <see cref="Receive"/> tells.</summary>
    public void Send(int index, ReadOnlySpan<byte> request)
    {
        var connection = _connections[index];
        connection.Rest = 0;
        connection.Partial = null;
        while (!request.IsEmpty)
        {
            var sent = SendBytes(connection.Handle, in MemoryMarshal.GetReference(request), request.Length, DontWait | NoSignal);
            if (sent > 0)
            {
                request = request[(int)sent..];
            }
            else if (Marshal.GetLastPInvokeError() is not (TryAgain or Interrupted))
            {
                return;
            }
        }
    }

    /// <summary>Waits until something can be received.</summary>
    /// <returns>How many of <paramref name="ready"/> are filled in.</returns>
    public int Wait(Span<int> ready, int milliseconds)
    {
        var count = Math.Max(0, EpollWait(_epoll, ref _events[0], Math.Min(EventsPerWait, ready.Length), milliseconds));
        for (var i = 0; i < count; i++)
        {
            ready[i] = BinaryPrimitives.ReadInt32LittleEndian(_events.AsSpan((i * s_eventSize) + s_eventData));
        }

        return count;
    }

    /// <summary>Status of a complete answer, 0 for a broken connection, -1 for more to come.</summary>
    /// <param name="index">The connection.</param>
    /// <param name="answer">The whole answer, until the next call of anything here; empty for one of more than 64 KB, which is not kept.</param>
    /// <param name="closing">The connection cannot be used again.</param>
    public int Receive(int index, out ReadOnlySpan<byte> answer, out bool closing)
    {
        var connection = _connections[index];
        answer = default;
        closing = connection.Closing;
        if (connection.Rest > 0)
        {
            return SkipBody(connection);
        }

        var known = connection.Partial?.Length ?? 0;
        if (known == BufferSize)
        {
            return 0;
        }

        connection.Partial?.CopyTo(_input, 0);
        var got = ReceiveBytes(connection.Handle, ref _input[known], BufferSize - known, DontWait);
        if (got <= 0)
        {
            return got < 0 && Marshal.GetLastPInvokeError() is TryAgain or Interrupted ? -1 : 0;
        }

        var received = _input.AsSpan(0, known + (int)got);
        var status = RawAnswer.Parse(received, out connection.Closing, out var rest, out connection.Status);
        closing = connection.Closing;
        if (status >= 0)
        {
            connection.Partial = null;
            answer = received;
        }
        else if (received.Length + rest > BufferSize)
        {
            (connection.Partial, connection.Rest) = (null, rest);
        }
        else
        {
            connection.Partial = received.ToArray();
        }

        return status;
    }

    public void Dispose()
    {
        foreach (var connection in _connections)
        {
            connection.Socket?.Dispose();
        }

        Close(_epoll);
    }

    /// <summary>What is left of a long body is thrown away inside the kernel (MSG_TRUNC): nobody looks at it.</summary>
    private int SkipBody(Connection connection)
    {
        var want = Math.Min(connection.Rest, LargestDiscard);
        var got = ReceiveBytes(connection.Handle, ref _input[0], want, DontWait | Discard);
        if (got <= 0)
        {
            return got < 0 && Marshal.GetLastPInvokeError() is TryAgain or Interrupted ? -1 : 0;
        }

        connection.Rest -= (int)got;
        return connection.Rest > 0 ? -1 : connection.Status;
    }

    private void Connect(int index)
    {
        var connection = _connections[index];
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        connection.Socket = socket;
        connection.Handle = (int)socket.Handle;
        connection.Closing = false;
        socket.Connect(_host, _port);
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
    private static partial nint SendBytes(int handle, in byte bytes, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint ReceiveBytes(int handle, ref byte bytes, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);

    private sealed class Connection
    {
        public Socket? Socket;
        public int Handle;
        public int Rest;
        public int Status;
        public bool Closing;

        /// <summary>What has come so far of an answer that is not complete.</summary>
        public byte[]? Partial;
    }
}
