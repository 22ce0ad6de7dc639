using System.Net.Http.Headers;
using System.Text;
using BenchmarkDotNet.Attributes;
using Controller.Configuration;
using Controller.Hosting;
using Controller.Identity;

namespace Controller.Bench;

/// <summary>
/// What signing in costs. The target is a login below 250 ms on a small ARM core; nearly all of it is the password
/// hash, whose cost is the point.
/// </summary>
[MemoryDiagnoser]
public class SignInBenchmarks
{
    private const string Name = "bench@example.org";
    private const string Password = "Correct-Horse-7-Battery";

    private readonly PasswordHasher _hasher = new();
    private readonly string _secret = Totp.NewSecret();
    private string _directory = "";
    private string _hash = "";
    private string _recoveryHashes = "";
    private ControllerApp _app = null!;
    private HttpClient _client = null!;

    [GlobalSetup]
    public async Task Setup()
    {
        _hash = await _hasher.HashAsync(Password);
        _recoveryHashes = await new RecoveryCodes(_hasher).HashAsync(RecoveryCodes.Create(), default);
        _directory = Directory.CreateTempSubdirectory("controller-bench-").FullName;
        var loaded = ControllerSettings.Load(
            new Dictionary<string, string>
            {
                ["DATA_DIRECTORY"] = _directory,
                ["LOG_DIRECTORY"] = Path.Combine(_directory, "log"),
                ["LOG_LEVEL"] = "error",
                ["OIDC_BOOTSTRAP_ADMIN_USERNAME"] = Name,
                ["OIDC_BOOTSTRAP_ADMIN_PASSWORD"] = Password,
                ["AUTH_RATE_LIMIT_ENABLED"] = "false",
            },
            _directory,
            _directory);
        var settings = loaded.Settings ?? throw new InvalidOperationException(string.Join('\n', loaded.Errors));
        _app = await ControllerApp.StartAsync(settings with
        {
            Server = settings.Server with { Port = 0 },
            Console = settings.Console with { Port = 0 },
        });
        _client = new HttpClient { BaseAddress = _app.Address };
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        _client.Dispose();
        await _app.DisposeAsync();
        _hasher.Dispose();
        Directory.Delete(_directory, true);
    }

    [Benchmark]
    public Task<bool> VerifyPassword() => _hasher.VerifyAsync(Password, _hash);

    [Benchmark]
    public Task<string?> CheckRecoveryCode() => new RecoveryCodes(_hasher).FindAsync("0123456789", _recoveryHashes, default);

    [Benchmark]
    public long? CheckTotp() => Totp.Match(_secret, "123456", DateTimeOffset.UnixEpoch, null);

    /// <summary>The whole of it over loopback: password, session row on disk, two signatures.</summary>
    [Benchmark]
    public async Task<int> Login()
    {
        using var body = new StringContent($$"""{"email":"{{Name}}","password":"{{Password}}","totp":""}""", Encoding.UTF8);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await _client.PostAsync(new Uri("/api/v3/user/login", UriKind.Relative), body);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadAsByteArrayAsync()).Length;
    }
}
