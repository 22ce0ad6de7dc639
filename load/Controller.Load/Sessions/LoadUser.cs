using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using Edgelet.Simulator.Sessions;

namespace Controller.Load;

/// <summary>An operator's terminal: waits for the agent, types time stamps, and times their way back.</summary>
internal sealed class LoadUser(LoadFog fog, LoadAgent agent, string microservice) : IDisposable
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LoadSocket? _socket;
    private byte[] _buffer = [];
    private long _received;

    /// <summary>The session's id, once it is open.</summary>
    public string Session { get; private set; } = "";

    public LoadFog Fog => fog;

    public LoadAgent Agent => agent;

    public string Microservice => microservice;

    /// <summary>From the answered upgrade to the agent's presence.</summary>
    public TimeSpan Pairing { get; private set; }

    /// <summary>Bytes of output so far.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>How the server closed the terminal; null when the connection just broke.</summary>
    public Task<string?> Ended => _ended.Task;

    /// <summary>Told of each echo.</summary>
    public Action<TimeSpan>? Echoed { get; set; }

    /// <summary>Opens the terminal; completes when the agent is there.</summary>
    /// <exception cref="UpgradeException">Refused before the upgrade.</exception>
    /// <exception cref="WebSocketException">Closed, with the server's reason.</exception>
    public async Task OpenAsync(string api, string token)
    {
        _socket = await LoadSocket.ConnectAsync(new Uri($"{api}/microservices/exec/{microservice}"), token);
        var opened = Stopwatch.GetTimestamp();
        _ = ReadAsync(_socket);
        await _ready.Task;
        Pairing = Stopwatch.GetElapsedTime(opened);
    }

    /// <summary>Types the time.</summary>
    public ValueTask TypeAsync()
    {
        Span<byte> stamp = stackalloc byte[8];
        BitConverter.TryWriteBytes(stamp, Stopwatch.GetTimestamp());
        return _socket!.SendAsync(LoadFrame.Write(ref _buffer, SessionFrameType.Stdin, stamp, microservice, Session));
    }

    /// <summary>Leaves as a Go client does: CLOSE, then the connection.</summary>
    public async Task CloseAsync()
    {
        if (_socket is not null)
        {
            await _socket.SendAsync(LoadFrame.Write(ref _buffer, SessionFrameType.Close, [], microservice, Session));
            await _socket.CloseAsync();
        }
    }

    public void Dispose() => _socket?.Dispose();

    private async Task ReadAsync(LoadSocket socket)
    {
        try
        {
            await socket.ReadAsync(Take);
            _ready.TrySetException(new WebSocketException("Closed: " + socket.Closed));
            _ended.TrySetResult(socket.Closed);
            await socket.CloseAsync();
        }
        catch (Exception error) when (error is WebSocketException or IOException or ObjectDisposedException)
        {
            _ready.TrySetException(error);
            _ended.TrySetResult(null);
        }
    }

    private ValueTask Take(ReadOnlyMemory<byte> message)
    {
        if (!LoadFrame.TryRead(message.Span, out var type, out var data))
        {
            return default;
        }

        switch (type)
        {
            case SessionFrameType.Activation:
                using (var announced = JsonDocument.Parse(data.ToArray()))
                {
                    Session = announced.RootElement.GetProperty("sessionId").GetString()!;
                }

                break;
            case SessionFrameType.Stderr when data.IndexOf("Agent connected"u8) >= 0:
                _ready.TrySetResult();
                break;
            case SessionFrameType.Stdout:
                Interlocked.Add(ref _received, data.Length);
                if (data.Length == sizeof(long))
                {
                    Echoed?.Invoke(Stopwatch.GetElapsedTime(BitConverter.ToInt64(data)));
                }

                break;
        }

        return default;
    }
}
