using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Controller.Configuration;
using Controller.Hosting;

namespace Controller.Cli;

/// <summary>
/// The API as commands use it: that of the Controller serving here, through its local socket, so that what it keeps in
/// memory stays true; else one started in this process for this command, on the database itself (runtime 6.1). Both
/// check, change and notify exactly as for any other operator.
/// </summary>
internal sealed class LocalApi : IAsyncDisposable
{
    private readonly HttpClient _http;
    private readonly ControllerApp? _own;

    private LocalApi(string socket, ControllerApp? own)
    {
        _own = own;
        _http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, cancel) => new NetworkStream(await ConnectAsync(socket, cancel), ownsSocket: true),
        })
        {
            BaseAddress = new Uri("http://localhost"),
        };
    }

    /// <exception cref="CommandException">No Controller serves here and the database cannot be used either.</exception>
    public static async Task<LocalApi> OpenAsync(CommandHost host, CancellationToken cancel)
    {
        var settings = host.Settings;
        if (await FindServingAsync(settings, cancel) is { } serving)
        {
            return serving;
        }

        try
        {
            var quiet = settings with { Log = settings.Log with { Threshold = LogThreshold.Error } };
            var app = await ControllerApp.StartForCommandAsync(quiet, Console.OpenStandardError(), cancel);
            return new LocalApi(app.LocalSocketPath!, app);
        }
        catch (StartupException e)
        {
            throw new CommandException($"Unable to initialize the database. Error: {e.Message}", "DatabaseError");
        }
    }

    /// <summary>The Controller that serves from this data directory; null when none answers.</summary>
    public static async Task<LocalApi?> FindServingAsync(ControllerSettings settings, CancellationToken cancel)
    {
        var path = LocalSocket.PathIn(settings.Data);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            (await ConnectAsync(path, cancel)).Dispose();
            return new LocalApi(path, null);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AccessDenied)
        {
            throw new CommandException($"This user may not use {path}: run the command as the user that the Controller runs as", "AccessError");
        }
        catch (SocketException)
        {
            // Left behind by a killed process.
            return null;
        }
    }

    /// <summary>Sends a request.</summary>
    /// <returns>The answer's body; an undefined element when it is empty.</returns>
    /// <exception cref="CommandException">The API refused; with its words.</exception>
    public async Task<JsonElement> SendAsync(ApiRequest request, CancellationToken cancel)
    {
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), ApiRoutes.Base + request.Path);
        if (request.HasBody)
        {
            message.Content = new StringContent(request.BodyText(), Encoding.UTF8, "application/json");
        }

        try
        {
            using var response = await _http.SendAsync(message, cancel);
            var text = await response.Content.ReadAsStringAsync(cancel);
            var body = text.Length == 0 ? default : Parse(text);
            return response.IsSuccessStatusCode ? body : throw Refused(response.StatusCode, body);
        }
        catch (HttpRequestException e)
        {
            throw new CommandException($"The Controller does not answer: {e.Message}", "ConnectionError");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_own is not null)
        {
            await _own.DisposeAsync();
        }
    }

    private static async Task<Socket> ConnectAsync(string path, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static JsonElement Parse(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    private static CommandException Refused(HttpStatusCode status, JsonElement body)
    {
        var fields = new JsonFields(body);
        return new(fields.Text("message") ?? $"The Controller answered {(int)status}", fields.Text("name") ?? "Error");
    }
}
