using System.Net.Sockets;

namespace Controller.Tunnels;

/// <summary>Finds out whether something listens on a port of another host.</summary>
internal sealed class PortProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>True when a connection was accepted; false when it was refused, or nothing was heard for a second.</summary>
    public async Task<bool> AnswersAsync(string host, int port, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(host, port, patience.Token);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return false;
        }
    }
}
