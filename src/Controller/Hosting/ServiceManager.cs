using System.Net.Sockets;
using System.Text;

namespace Controller.Hosting;

/// <summary>Tells systemd (<c>Type=notify</c>) when the Controller serves and when it stops; nobody else is told anything.</summary>
internal sealed class ServiceManager(string? notifySocket)
{
    public void Ready() => Send("READY=1");

    public void Stopping() => Send("STOPPING=1");

    private void Send(string state)
    {
        if (string.IsNullOrEmpty(notifySocket))
        {
            return;
        }

        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            // "@" stands for the null character of an abstract address.
            socket.Connect(new UnixDomainSocketEndPoint(notifySocket[0] == '@' ? '\0' + notifySocket[1..] : notifySocket));
            socket.Send(Encoding.ASCII.GetBytes(state));
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            // The variable was inherited from somebody who has gone; the service manager that cares times out and says so.
        }
    }
}
