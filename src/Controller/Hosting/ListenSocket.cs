using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Controller.Hosting;

/// <summary>
/// Sockets that listen, with options that accepted connections inherit: one whose peer lost power or its network ends
/// within minutes, also when nothing is ever sent to it or what was sent is never confirmed.
/// </summary>
internal static class ListenSocket
{
    private const int IdleSeconds = 30, ProbeSeconds = 10, Probes = 6;

    /// <summary>
    /// Longest time that data may stay unconfirmed. Also the longest time that a peer may take nothing at all, so it is
    /// not shorter: a stopped terminal keeps its session for a while.
    /// </summary>
    private const int UnconfirmedMilliseconds = 120_000;

    /// <summary>TCP_USER_TIMEOUT of Linux (tcp(7)).</summary>
    private const int TcpUserTimeout = 18;

    public static Socket Bind(EndPoint endpoint)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        if (socket.ProtocolType == ProtocolType.Tcp)
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, IdleSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, ProbeSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Probes);
            if (OperatingSystem.IsLinux())
            {
                Span<byte> value = stackalloc byte[sizeof(int)];
                MemoryMarshal.Write(value, UnconfirmedMilliseconds);
                socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, TcpUserTimeout, value);
            }
        }

        return socket;
    }
}
