using System.Net;
using System.Net.Sockets;
using Controller.Hosting;
using Controller.Ws.Sockets;

namespace Controller.Tests.Sessions;

/// <summary>What is below a WebSocket (websocket 3.2).</summary>
public sealed class ConnectionTests
{
    [Test]
    public async Task Accepted_connections_notice_that_their_peer_is_gone()
    {
        using var listener = ListenSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndPoint!);
        using var accepted = await listener.AcceptAsync();
        await Assert.That((int)accepted.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive)!).IsNotEqualTo(0);
        await Assert.That((int)accepted.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime)!).IsEqualTo(30);
        var unconfirmed = new byte[sizeof(int)];
        accepted.GetRawSocketOption((int)SocketOptionLevel.Tcp, 18, unconfirmed);
        await Assert.That(BitConverter.ToInt32(unconfirmed)).IsEqualTo(120_000);
    }

    [Test]
    public async Task Pings_stand_between_writes_and_end_with_the_request()
    {
        var below = new MemoryStream();
        var stream = new PingStream(below);
        await stream.WriteAsync("a"u8.ToArray());
        await stream.TryPingAsync(default);
        await stream.WriteAsync("b"u8.ToArray());
        await stream.EndAsync();
        await stream.TryPingAsync(default);
        await Assert.That(below.ToArray()).IsEquivalentTo(new byte[] { (byte)'a', 0x89, 0, (byte)'b' });
    }
}
