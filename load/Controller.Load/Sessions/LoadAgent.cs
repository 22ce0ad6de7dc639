using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using Edgelet.Simulator.Sessions;

namespace Controller.Load;

/// <summary>
/// A node's side of its terminals: holds its poll, fetches the list when told, dials what is new at once, and answers
/// every input with the same bytes as output.
/// </summary>
internal sealed class LoadAgent(LoadFog fog, string agentUrl) : IDisposable
{
    private readonly ConcurrentDictionary<string, LoadSocket?> _sessions = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private int _failures;

    /// <summary>Dials that did not succeed.</summary>
    public int Failures => _failures;

    /// <summary>Polls until stopped.</summary>
    public async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var changes = await fog.Client.GetChangesAsync(ct: _stop.Token);
                if (changes.ExecSessions)
                {
                    foreach (var session in await fog.Client.GetExecSessionsAsync(_stop.Token))
                    {
                        if (_sessions.TryAdd(session.SessionId, null))
                        {
                            _ = DialAsync(session.MicroserviceUuid, session.SessionId);
                        }
                    }
                }

                if (changes.Config)
                {
                    await fog.Client.GetConfigAsync(_stop.Token);
                }

                await fog.Client.AcknowledgeChangesAsync(changes.LastUpdated, _stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>Sends output in one session as fast as it is taken.</summary>
    /// <returns>Bytes of output.</returns>
    public async Task<long> StreamAsync(string microservice, string session, int frame, CancellationToken until)
    {
        var socket = _sessions[session]!;
        byte[] buffer = [];
        var message = LoadFrame.Write(ref buffer, SessionFrameType.Stdout, new byte[frame], microservice, session);
        var bytes = 0L;
        while (!until.IsCancellationRequested)
        {
            await socket.SendAsync(message);
            bytes += frame;
        }

        return bytes;
    }

    public void Dispose()
    {
        _stop.Cancel();
        foreach (var (_, socket) in _sessions)
        {
            socket?.Dispose();
        }
    }

    private async Task DialAsync(string microservice, string session)
    {
        try
        {
            using var socket = await LoadSocket.ConnectAsync(
                new Uri($"{agentUrl}/agent/exec/microservice/{microservice}/{session}"), fog.Client.NewToken());
            _sessions[session] = socket;
            byte[] buffer = [];
            await socket.ReadAsync(message =>
            {
                return LoadFrame.TryRead(message.Span, out var type, out var data) && type == SessionFrameType.Stdin
                    ? socket.SendAsync(LoadFrame.Write(ref buffer, SessionFrameType.Stdout, data, microservice, session))
                    : default;
            });
            await socket.CloseAsync();
        }
        catch (Exception error) when (error is WebSocketException or IOException or UpgradeException or ObjectDisposedException or System.Net.Sockets.SocketException)
        {
            if (!_stop.IsCancellationRequested && _sessions[session] is null)
            {
                Interlocked.Increment(ref _failures);
            }
        }
        finally
        {
            _sessions.TryRemove(session, out _);
        }
    }
}
