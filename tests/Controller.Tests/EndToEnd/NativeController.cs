using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;

namespace Controller.Tests.EndToEnd;

/// <summary>The native binary as a process of its own, on free loopback ports.</summary>
internal sealed partial class NativeController : IAsyncDisposable
{
    public const string Username = "admin@example.com";
    public const string Password = "Correct-Horse-9-Battery";

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output;

    private NativeController(Process process, ConcurrentQueue<string> output, int port, int consolePort)
    {
        ConsoleUrl = new Uri($"http://localhost:{consolePort}");
        _process = process;
        _output = output;
        Client = new HttpClient { BaseAddress = new Uri($"http://localhost:{port}"), Timeout = TimeSpan.FromSeconds(60) };
    }

    /// <summary>Talks to the API; carries the operator's token after <see cref="LoginAsync"/>.</summary>
    public HttpClient Client { get; }

    public Uri Url => Client.BaseAddress!;

    public Uri ConsoleUrl { get; }

    public string Output => string.Join('\n', _output);

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>Starts it and waits for its first good status answer.</summary>
    /// <param name="dataDirectory">Where its data are or shall be.</param>
    /// <param name="environment">Further settings.</param>
    /// <param name="consoleOrigin">Whether the Console's URL is that of its listener; else it is the public URL.</param>
    public static async Task<NativeController> StartAsync(
        string dataDirectory, Dictionary<string, string>? environment = null, bool consoleOrigin = false)
    {
        var controller = await LaunchAsync(dataDirectory, environment, consoleOrigin);
        for (var i = 0; ; i++)
        {
            if (controller.HasExited || i > 1500)
            {
                throw new InvalidOperationException($"The Controller did not start:\n{controller.Output}");
            }

            try
            {
                using var answer = await controller.Client.GetAsync("/api/v3/status");
                if (answer.IsSuccessStatusCode)
                {
                    return controller;
                }
            }
            catch (HttpRequestException)
            {
            }

            await Task.Delay(20);
        }
    }

    /// <summary>Starts it without waiting.</summary>
    public static async Task<NativeController> LaunchAsync(
        string dataDirectory, Dictionary<string, string>? environment = null, bool consoleOrigin = false)
    {
        var (port, consolePort) = (FreePort(), FreePort());
        var start = new ProcessStartInfo(await NativeBinary.PathAsync())
        {
            WorkingDirectory = dataDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in new Dictionary<string, string>(environment ?? [])
        {
            ["DATA_DIRECTORY"] = dataDirectory,
            ["LOG_DIRECTORY"] = Path.Combine(Path.GetTempPath(), $"controller-log-{Environment.ProcessId}"),
            ["API_PORT"] = port.ToString(),
            ["CONSOLE_PORT"] = consolePort.ToString(),
            ["CONSOLE_URL"] = consoleOrigin ? $"http://localhost:{consolePort}" : "",
            ["CONTROLLER_PUBLIC_URL"] = $"http://localhost:{port}",
            ["OIDC_BOOTSTRAP_ADMIN_USERNAME"] = Username,
            ["OIDC_BOOTSTRAP_ADMIN_PASSWORD"] = Password,
        })
        {
            start.Environment[name] = value;
        }

        var output = new ConcurrentQueue<string>();
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, e) => output.Enqueue(e.Data ?? "");
        process.ErrorDataReceived += (_, e) => output.Enqueue(e.Data ?? "");
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new NativeController(process, output, port, consolePort);
    }

    public async Task LoginAsync()
    {
        var (status, body) = await SendAsync(
            "POST", "/api/v3/user/login", new JsonObject { ["email"] = Username, ["password"] = Password }.ToJsonString());
        await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        Client.DefaultRequestHeaders.Authorization = new("Bearer", body!["accessToken"]!.GetValue<string>());
    }

    public async Task<(HttpStatusCode Status, JsonNode? Body)> SendAsync(string method, string path, string? json = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        using var response = await Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    /// <summary>As <c>kill -9</c>: nothing of it runs any more.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>As <c>systemctl stop</c>.</summary>
    public async Task StopAsync()
    {
        _ = Signal(_process.Id, 15);
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
    }

    public Task WaitForExitAsync() => _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        Client.Dispose();
        _process.Dispose();
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Signal(int pid, int signal);
}
