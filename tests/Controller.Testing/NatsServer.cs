using System.Globalization;
using System.Net.Sockets;

namespace Controller.Testing;

/// <summary>A nats-server of our own on 127.0.0.1, which can be killed and started again on the same port.</summary>
public sealed class NatsServer : IAsyncDisposable
{
    private readonly string _settings;
    private ServerProcess? _process;

    private NatsServer(string settings) => _settings = settings;

    public int Port { get; } = ServerProcess.FreePort();

    /// <param name="settings">Lines for its configuration file: accounts, trust.</param>
    public static async Task<NatsServer> StartAsync(string settings = "")
    {
        var server = new NatsServer(settings);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>A port at which there is nothing, until <see cref="StartAgainAsync"/>.</summary>
    public static NatsServer NotStarted() => new("");

    /// <summary>SIGKILL: whatever it held is gone.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            await process.DisposeAsync();
        }
    }

    public async Task StartAgainAsync()
    {
        var program = await TestDependencies.FindAsync("nats-server", "/usr/sbin/nats-server", "/usr/bin/nats-server", "/usr/local/bin/nats-server");
        var directory = Directory.CreateTempSubdirectory("controller-nats-").FullName;
        var file = Path.Combine(directory, "server.conf");
        await File.WriteAllTextAsync(file, $"listen: 127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}\n{_settings}\n");
        _process = await ServerProcess.StartAsync(directory, "KILL", [program, "-c", file], () => ServerProcess.GreetAsync(Port, ""u8.ToArray()));
    }

    public async ValueTask DisposeAsync() => await KillAsync();
}
