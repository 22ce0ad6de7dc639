using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Controller.AccessControl;
using Controller.Identity;
using Controller.Sql.Stores;
using Controller.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Controller.Tests.Identity;

/// <summary>The tokens of a login.</summary>
internal sealed record SignedIn(string AccessToken, string RefreshToken);

/// <summary>A Controller with its real bearer validation, a clock of the test, and everything it prints or logs kept.</summary>
internal sealed class IdentityHost : IAsyncDisposable
{
    public const string AdminName = "root@example.org";
    public const string AdminPassword = "Correct-Horse-7-Battery";

    /// <summary>Credentials of the configured administrator.</summary>
    public static readonly Dictionary<string, string> Configured = new()
    {
        ["OIDC_BOOTSTRAP_ADMIN_USERNAME"] = AdminName,
        ["OIDC_BOOTSTRAP_ADMIN_PASSWORD"] = AdminPassword,
    };

    private readonly StringWriter _output;
    private readonly LogSink _log;

    private IdentityHost(TestController controller, FakeTimeProvider clock, StringWriter output, LogSink log)
    {
        Controller = controller;
        Clock = clock;
        _output = output;
        _log = log;
        Client = new HttpClient { BaseAddress = controller.App.Address };
    }

    public TestController Controller { get; }

    public FakeTimeProvider Clock { get; }

    /// <summary>Sends no token of its own.</summary>
    public HttpClient Client { get; }

    /// <summary>What was printed for the operator.</summary>
    public string Output => _output.ToString();

    public string Log => string.Join('\n', _log.Lines);

    public static async Task<IdentityHost> StartAsync(
        Dictionary<string, string>? environment = null, string? dataDirectory = null, FakeTimeProvider? clock = null, int port = 0)
    {
        clock ??= new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1782000000));
        var output = new StringWriter();
        var log = new LogSink();
        var controller = await TestController.StartAsync(environment ?? Configured, dataDirectory, customize: services =>
        {
            services.AddSingleton<TimeProvider>(clock);
            services.AddSingleton<IBearerValidator>(p => p.GetRequiredService<BearerValidator>());
            services.AddSingleton(new OperatorConsole(TextWriter.Synchronized(output)));
            services.AddSingleton<ILoggerProvider>(log);
            services.Configure<LoggerFilterOptions>(o => o.MinLevel = LogLevel.Trace);
        }, port: port);
        return new IdentityHost(controller, clock, output, log);
    }

    public T Service<T>() where T : notnull => Controller.Service<T>();

    public async Task<UserRow> AddUserAsync(string email, string password, string[]? groups = null, bool mustChange = false)
    {
        var hash = await Service<PasswordHasher>().HashAsync(password);
        var user = new UserRow { Id = Guid.NewGuid().ToString(), Email = email, PasswordHash = hash, MustChangePassword = mustChange };
        await Controller.Database.WriteAsync(async s =>
        {
            await UserStore.InsertAsync(s, user, Clock.GetUtcNow());
            foreach (var group in groups ?? [])
            {
                await UserStore.JoinAsync(s, user.Id, group, Clock.GetUtcNow());
            }
        });
        return user;
    }

    public Task<UserRow?> UserAsync(string email) => Controller.Database.ReadAsync(s => UserStore.FindByEmailAsync(s, email));

    public Task SqlAsync(string sql) => Controller.Database.WriteAsync(s => s.ExecuteAsync(sql));

    public async Task<(HttpStatusCode Status, JsonNode? Body, HttpResponseMessage Response)> SendAsync(
        string method, string path, JsonNode? body = null, string? authorization = null, Uri? at = null, string? forwardedFor = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), at is null ? new Uri(path, UriKind.Relative) : new Uri(at, path));
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        if (forwardedFor is not null)
        {
            request.Headers.Add("X-Forwarded-For", forwardedFor);
        }

        var response = await Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text), response);
    }

    /// <summary>Sends JSON text (or nothing) to a route after <c>/api/v3</c>.</summary>
    public async Task<(HttpStatusCode Status, JsonNode? Body)> CallAsync(string method, string path, string? authorization = null, string? json = null)
    {
        var (status, body, _) = await SendAsync(method, $"/api/v3{path}", json is null ? null : JsonNode.Parse(json), authorization);
        return (status, body);
    }

    public Task<(HttpStatusCode Status, JsonNode? Body)> LoginAsync(string email, string password, string totp = "") => CallAsync(
        "POST", "/user/login", json: new JsonObject { ["email"] = email, ["password"] = password, ["totp"] = totp }.ToJsonString());

    public async Task<(HttpStatusCode Status, JsonNode? Body)> RefreshAsync(string token)
    {
        var (status, body, _) = await SendAsync("POST", "/api/v3/user/refresh", new JsonObject { ["refreshToken"] = token });
        return (status, body);
    }

    /// <summary>Logs in for certain.</summary>
    public async Task<SignedIn> SignInAsync(string email = AdminName, string password = AdminPassword, string totp = "")
    {
        var (status, body) = await LoginAsync(email, password, totp);
        return status == HttpStatusCode.OK
            ? new SignedIn((string)body!["accessToken"]!, (string)body["refreshToken"]!)
            : throw new InvalidOperationException($"{status}: {body}");
    }

    /// <summary>The header of a new session.</summary>
    public async Task<string> BearerAsync(string email, string password = AdminPassword) => $"Bearer {(await SignInAsync(email, password)).AccessToken}";

    /// <summary>Adds a user of the given groups, with <see cref="AdminPassword"/>, and signs in.</summary>
    public async Task<(UserRow User, string Bearer)> EnterAsync(string email, params string[] groups)
    {
        var user = await AddUserAsync(email, AdminPassword, groups);
        return (user, await BearerAsync(email));
    }

    /// <summary>Switches the caller's second factor on, and steps past the code that did it.</summary>
    public async Task<(string Secret, string[] RecoveryCodes)> EnrolAsync(string bearer)
    {
        var secret = (string)(await CallAsync("POST", "/user/mfa/enroll", bearer)).Body!["secret"]!;
        var confirmed = await CallAsync("POST", "/user/mfa/confirm", bearer, $$"""{"code":"{{Code(secret)}}"}""");
        Clock.Advance(TimeSpan.FromSeconds(30));
        return (secret, [.. confirmed.Body!["recoveryCodes"]!.AsArray().Select(c => (string)c!)]);
    }

    /// <summary>What an authenticator app shows now.</summary>
    public string Code(string secret) => Totp.CodeAt(secret, Clock.GetUtcNow());

    public ValueTask<OperatorIdentity?> ValidateAsync(string token) => Service<IBearerValidator>().ValidateAsync(token, default);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Controller.DisposeAsync();
    }

    private sealed class LogSink : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
