using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Controller.Testing;
using Controller.Tests.Support;

namespace Controller.Tests.Hosting;

/// <summary>The program as a process of its own: start, signals, exit codes (runtime 2.1, 2.8).</summary>
public sealed class ProcessTests
{
    [Test]
    [Arguments("TERM")]
    [Arguments("INT")]
    public async Task A_signal_stops_gracefully_with_code_0(string signal)
    {
        using var directory = new TempDirectory();
        using var controller = await RunningController.StartAsync(directory.Path);
        await Assert.That(File.Exists(directory.File("data/iofog-controller.pid"))).IsTrue();
        await controller.SignalAsync(signal);
        await Assert.That(await controller.ExitAsync()).IsEqualTo(0);
        await Assert.That(File.Exists(directory.File("data/iofog-controller.pid"))).IsFalse();
        var log = await File.ReadAllTextAsync(directory.File("log/iofog-controller.log"));
        await Assert.That(log).Contains("API Server closed.");
        await Assert.That(controller.Output).Contains("Logger initialized successfully");
        await Assert.That(controller.Output).Contains($"Log directory: {directory.File("log")}");
    }

    [Test]
    public async Task A_second_signal_ends_the_process_at_once()
    {
        using var directory = new TempDirectory();
        using var controller = await RunningController.StartAsync(directory.Path);

        // A request that never ends keeps the first stop waiting: its body is refused only once it has come.
        using var http = await RawHttp.ConnectAsync(controller.Address);
        await http.WriteAsync("POST /api/v3/user/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{");
        await Task.Delay(300);
        await controller.SignalAsync("TERM");
        await Task.Delay(300);
        await controller.SignalAsync("TERM");
        await Assert.That(await controller.ExitAsync()).IsEqualTo(143);
    }

    [Test]
    public async Task What_stops_the_start_is_told_with_code_1()
    {
        using var directory = new TempDirectory();
        using var taken = new TcpListener(System.Net.IPAddress.IPv6Any, 0) { Server = { DualMode = true } };
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;
        using var controller = RunningController.Launch(directory.Path, port, RunningController.FreePort());
        await Assert.That(await controller.ExitAsync()).IsEqualTo(1);
        await Assert.That(controller.Errors).Contains($"Initialization failed: Port {port} of the API (API_PORT) is already in use");
    }

    [Test]
    public async Task The_service_manager_is_told_when_the_controller_serves_and_stops()
    {
        using var directory = new TempDirectory();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(directory.File("notify")));
        using var controller = await RunningController.StartAsync(directory.Path, new() { ["NOTIFY_SOCKET"] = directory.File("notify") });
        var buffer = new byte[100];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var length = await socket.ReceiveAsync(buffer, limit.Token);
        await Assert.That(Encoding.ASCII.GetString(buffer, 0, length)).IsEqualTo("READY=1");
        await controller.SignalAsync("TERM");
        length = await socket.ReceiveAsync(buffer, limit.Token);
        await Assert.That(Encoding.ASCII.GetString(buffer, 0, length)).IsEqualTo("STOPPING=1");
        await controller.ExitAsync();
    }

    private sealed class RunningController : IDisposable
    {
        private readonly Process _process;
        private readonly StringBuilder _output = new();
        private readonly StringBuilder _errors = new();

        private RunningController(Process process, Uri address)
        {
            _process = process;
            Address = address;
        }

        public Uri Address { get; }

        public string Output => Read(_output);

        public string Errors => Read(_errors);

        public static int FreePort()
        {
            using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
            listener.Start();
            return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        }

        public static async Task<RunningController> StartAsync(string directory, Dictionary<string, string>? environment = null)
        {
            var controller = Launch(directory, FreePort(), FreePort(), environment);
            for (var i = 0; i < 600 && !controller._process.HasExited; i++)
            {
                try
                {
                    if ((await RawHttp.SendAsync(controller.Address, "GET /api/v3/status HTTP/1.1\r\nHost: x\r\n\r\n")).Status == 200)
                    {
                        return controller;
                    }
                }
                catch (SocketException)
                {
                    await Task.Delay(50);
                }
            }

            throw new InvalidOperationException("Did not start:\n" + controller.Output + controller.Errors);
        }

        public static RunningController Launch(string directory, int apiPort, int consolePort, Dictionary<string, string>? environment = null)
        {
            // The runtime that runs this test, beside the program that was built for it.
            var dotnet = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..", "dotnet"));
            // A test run in the background of a shell ignores SIGINT, and what it starts would too.
            var start = new ProcessStartInfo("env", ["--default-signal=INT", dotnet, Path.Combine(AppContext.BaseDirectory, "controller.dll")])
            {
                WorkingDirectory = directory,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            start.Environment["DATA_DIRECTORY"] = Path.Combine(directory, "data");
            start.Environment["LOG_DIRECTORY"] = Path.Combine(directory, "log");
            start.Environment["API_PORT"] = apiPort.ToString(CultureInfo.InvariantCulture);
            start.Environment["CONSOLE_PORT"] = consolePort.ToString(CultureInfo.InvariantCulture);
            foreach (var (name, value) in environment ?? [])
            {
                start.Environment[name] = value;
            }

            var process = Process.Start(start)!;
            var controller = new RunningController(process, new Uri($"http://127.0.0.1:{apiPort}"));
            process.OutputDataReceived += (_, line) => Append(controller._output, line.Data);
            process.ErrorDataReceived += (_, line) => Append(controller._errors, line.Data);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            return controller;
        }

        public async Task SignalAsync(string signal)
        {
            using var kill = Process.Start("kill", ["-s", signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync();
        }

        public async Task<int> ExitAsync()
        {
            await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
            return _process.ExitCode;
        }

        public void Dispose()
        {
            if (!_process.HasExited)
            {
                _process.Kill();
            }

            _process.Dispose();
        }

        private static void Append(StringBuilder text, string? line)
        {
            lock (text)
            {
                text.Append(line).Append('\n');
            }
        }

        private static string Read(StringBuilder text)
        {
            lock (text)
            {
                return text.ToString();
            }
        }
    }
}
