using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Controller.Testing;

/// <summary>
/// A server that lives no longer than this process, however this process ends.
/// </summary>
/// <remarks>
/// The server is the child of a small shell that holds the reading end of a pipe from us. When the pipe closes, because
/// we closed it or because we are gone, the shell signals its child (that one process id and no other), waits for it and
/// removes its directory. A Ctrl+C in the terminal reaches the shell too, which therefore does not listen to it.
/// </remarks>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const string Guard =
        """
        trap '' HUP INT TERM
        directory=$1; signal=$2; shift 2
        "$@" </dev/null >"$directory/server.log" 2>&1 &
        child=$!
        echo "$child" >"$directory/guarded.pid"
        exec 2>/dev/null
        cat >/dev/null
        kill -s "$signal" "$child" 2>/dev/null
        wait "$child" 2>/dev/null
        rm -rf "$directory"
        """;

    // On a machine with far too much to do, RabbitMQ has needed two minutes.
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(15);

    private readonly Process _guard;
    private readonly string _directory;

    private ServerProcess(Process guard, string directory)
    {
        _guard = guard;
        _directory = directory;
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    /// <summary>A TCP port of 127.0.0.1 that was free a moment ago.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Connects to a port of 127.0.0.1, says something and waits for an answer.</summary>
    /// <exception cref="IOException">It was answered nothing.</exception>
    public static async Task GreetAsync(int port, byte[] words)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        var stream = client.GetStream();
        await stream.WriteAsync(words);
        if (await stream.ReadAsync(new byte[1]) == 0)
        {
            throw new IOException("The server closed the connection");
        }
    }

    /// <summary>Makes a directory that a system user owns, or we when we are not root.</summary>
    public static async Task<string> CreateDirectoryAsync(string prefix, string user)
    {
        var directory = Directory.CreateTempSubdirectory(prefix).FullName;
        if (Environment.IsPrivilegedProcess)
        {
            await TestDependencies.RunAsync("/bin/chown", user, directory);
        }

        return directory;
    }

    /// <summary>The command line that runs a program as a system user, or as ourselves when we are not root.</summary>
    public static string[] AsUser(string user, params string[] command) => Environment.IsPrivilegedProcess
        ? ["/usr/bin/setpriv", $"--reuid={user}", $"--regid={user}", "--init-groups", "--", .. command]
        : command;

    /// <summary>Starts a server and waits until it answers.</summary>
    /// <param name="directory">What the server keeps its files in; removed when it has ended.</param>
    /// <param name="signal">What ends it at once, without leaving its own children behind.</param>
    /// <param name="command">Program and arguments; the program must not fork away.</param>
    /// <param name="answers">Throws as long as the server does not answer.</param>
    public static async Task<ServerProcess> StartAsync(
        string directory, string signal, string[] command, Func<Task> answers)
    {
        var guard = new Process
        {
            StartInfo = new ProcessStartInfo("/bin/sh", ["-c", Guard, "guard", directory, signal, .. command])
            {
                RedirectStandardInput = true,
                WorkingDirectory = "/",
            },
        };
        guard.Start();
        var server = new ServerProcess(guard, directory);
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await answers();
                return server;
            }
            catch (Exception e) when (e is System.Data.Common.DbException or SocketException or IOException or TimeoutException)
            {
                if (server.HasEnded() || watch.Elapsed > StartLimit)
                {
                    var log = File.Exists(Path.Combine(directory, "server.log"))
                        ? await File.ReadAllTextAsync(Path.Combine(directory, "server.log"))
                        : "";
                    await server.DisposeAsync();
                    throw new InvalidOperationException(
                        $"{command[0]} did not start after {watch.Elapsed.TotalSeconds:F0} s: {e.Message}\n{log}", e);
                }

                await Task.Delay(50);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        _guard.StandardInput.Close();
        await _guard.WaitForExitAsync().WaitAsync(StopLimit);
        _guard.Dispose();
    }

    private void OnProcessExit(object? sender, EventArgs e)
    {
        _guard.StandardInput.Close();
        _guard.WaitForExit(StopLimit);
    }

    /// <summary>Whether the server is gone. Until the guard has waited for it, its entry in /proc says Z.</summary>
    private bool HasEnded()
    {
        try
        {
            var pid = int.Parse(
                File.ReadAllText(Path.Combine(_directory, "guarded.pid")), NumberStyles.None | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat.AsSpan(stat.LastIndexOf(')') + 2).StartsWith("Z");
        }
        catch (Exception e) when (e is FileNotFoundException or FormatException)
        {
            return _guard.HasExited; // Not written yet.
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
    }
}
