using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Controller.AccessControl;
using Controller.Configuration;
using Controller.Hosting;
using Controller.Sql;
using Microsoft.Extensions.DependencyInjection;

namespace Controller.Tests.Support;

/// <summary>A Controller in this process on a free loopback port and a fresh data directory.</summary>
internal sealed class TestController : IAsyncDisposable
{
    private readonly string _directory;
    private readonly bool _ownsDirectory;

    private TestController(ControllerApp app, HttpClient client, string directory, bool ownsDirectory)
    {
        App = app;
        Client = client;
        _directory = directory;
        _ownsDirectory = ownsDirectory;
    }

    public ControllerApp App { get; }

    /// <summary>Talks to the API as the given operator.</summary>
    public HttpClient Client { get; }

    public Database Database => App.Services.GetRequiredService<Database>();

    public string DataDirectory => _directory;

    public T Service<T>() where T : notnull => App.Services.GetRequiredService<T>();

    /// <param name="environment">Further settings by environment variable.</param>
    /// <param name="dataDirectory">An existing data directory to start on.</param>
    /// <param name="groups">Groups of the test operator; "admin" unless given.</param>
    /// <param name="customize">Replaces services.</param>
    /// <param name="log">Takes the log; the test's own output unless given.</param>
    /// <param name="port">Where the API listens, for tests whose settings must name it; any free port unless given.</param>
    public static async Task<TestController> StartAsync(
        Dictionary<string, string>? environment = null,
        string? dataDirectory = null,
        string[]? groups = null,
        Action<IServiceCollection>? customize = null,
        Stream? log = null,
        int port = 0)
    {
        var directory = dataDirectory ?? Directory.CreateTempSubdirectory("controller-test-").FullName;
        Dictionary<string, string> database = [];
        if (dataDirectory is null)
        {
            database = TestDatabase.CanCopy && environment is null or { Count: 0 }
                ? await FreshInstallation.CopyToAsync(directory)
                : await TestDatabase.NewAsync();
        }

        var variables = new Dictionary<string, string>(environment ?? [], StringComparer.Ordinal)
        {
            ["DATA_DIRECTORY"] = directory,
            ["LOG_DIRECTORY"] = Path.Combine(directory, "log"),
        };
        variables.TryAdd("LOG_LEVEL", "warn");
        foreach (var (name, value) in variables.ContainsKey("DB_PROVIDER") ? [] : database)
        {
            variables[name] = value;
        }

        var loaded = ControllerSettings.Load(variables, directory, directory);
        var settings = loaded.Settings ?? throw new InvalidOperationException(string.Join('\n', loaded.Errors));
        settings = settings with
        {
            Server = settings.Server with { Port = port },
            Console = settings.Console with { Port = 0 },
        };
        var app = await ControllerApp.StartAsync(settings, services =>
        {
            services.AddSingleton<IBearerValidator>(new TestBearer(groups ?? ["admin"]));
            customize?.Invoke(services);
        }, console: log ?? new TestOutput());
        var client = new HttpClient { BaseAddress = app.Address };
        client.DefaultRequestHeaders.Authorization = new("Bearer", "test");
        return new TestController(app, client, directory, dataDirectory is null);
    }

    /// <summary>Sends a JSON body (or none) and returns the status and the JSON answer (null when empty).</summary>
    public async Task<(HttpStatusCode Status, JsonNode? Body)> SendAsync(string method, string path, string? json = null, CancellationToken cancel = default)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        return await SendAsync(request, cancel);
    }

    /// <summary>Uploads a document as the named part.</summary>
    public async Task<(HttpStatusCode Status, JsonNode? Body)> UploadAsync(string method, string path, string yaml, string part = "application")
    {
        var file = new StringContent(yaml);
        file.Headers.ContentType = new("application/octet-stream");
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new MultipartFormDataContent { { file, part, "file.yaml" } } };
        return await SendAsync(request, default);
    }

    private async Task<(HttpStatusCode Status, JsonNode? Body)> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        using var response = await Client.SendAsync(request, cancel);
        var text = await response.Content.ReadAsStringAsync(cancel);
        return (response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.DisposeAsync();
        if (_ownsDirectory)
        {
            Directory.Delete(_directory, true);
        }
    }

    /// <summary>Takes any token for an operator of fixed groups, so that tests of other areas need no login.</summary>
    private sealed class TestBearer(string[] groups) : IBearerValidator
    {
        public ValueTask<OperatorIdentity?> ValidateAsync(string token, CancellationToken cancel) =>
            new(new OperatorIdentity("00000000-0000-4000-8000-000000000001", "tester", groups, false));
    }
}
