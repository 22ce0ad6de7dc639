using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Controller.Load;

/// <summary>An operator's call that was not answered as expected.</summary>
internal sealed class OperatorException(string call, int status, string body)
    : Exception($"{call}: HTTP {status} {(body.Length > 400 ? body[..400] : body)}")
{
    public int Status { get; } = status;
}

/// <summary>The few calls of an operator that the commands need. Logs in at the first call and refreshes by itself.</summary>
internal sealed class OperatorClient : IDisposable
{
    private static readonly TimeSpan s_refreshBefore = TimeSpan.FromSeconds(60);
    private readonly HttpClient _http;
    private readonly Target _target;
    private readonly SemaphoreSlim _session = new(1, 1);
    private string? _access;
    private string? _refresh;
    private DateTimeOffset _expires;

    public OperatorClient(Target target)
    {
        _target = target;
        _http = new HttpClient(new SocketsHttpHandler
        {
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
        })
        {
            Timeout = TimeSpan.FromSeconds(30),
        };
    }

    public void Dispose()
    {
        _http.Dispose();
        _session.Dispose();
    }

    /// <summary>Reads an answer to its end without looking at it.</summary>
    public async Task ReadAllAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _target.Api + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await AccessTokenAsync());
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        await response.Content.CopyToAsync(Stream.Null);
    }

    public async Task<JsonElement> StatusAsync()
    {
        using var response = await _http.GetAsync(_target.Api + "/status");
        return await ReadAsync("GET /status", response, 200);
    }

    public async Task LoginAsync()
    {
        await _session.WaitAsync();
        try
        {
            await StartSessionAsync("/user/login", new JsonObject { ["email"] = _target.Username, ["password"] = _target.Password, ["totp"] = "" });
        }
        finally
        {
            _session.Release();
        }
    }

    /// <summary>Creates a fog that has neither router nor NATS, or, where the server refuses that, as plain as it allows.</summary>
    public async Task<string> CreateFogAsync(string name, Action<JsonObject>? more = null)
    {
        OperatorException? refused = null;
        foreach (var variant in (Action<JsonObject>[])
            [
                static body => { body["routerMode"] = "none"; body["natsMode"] = "none"; },
                static _ => { },
                static body => body["host"] = "127.0.0.1",
            ])
        {
            var body = new JsonObject { ["name"] = name, ["archId"] = 1 };
            variant(body);
            more?.Invoke(body);
            try
            {
                return (await SendAsync(HttpMethod.Post, "/iofog", body, 201)).GetProperty("uuid").GetString()!;
            }
            catch (OperatorException error) when (error.Status is 400 or 404)
            {
                refused ??= error;
            }
        }

        throw refused!;
    }

    public async Task<string> ProvisioningKeyAsync(string fog) =>
        (await SendAsync(HttpMethod.Get, $"/iofog/{fog}/provisioning-key", null, 201)).GetProperty("key").GetString()!;

    public Task<JsonElement> FogAsync(string fog) => SendAsync(HttpMethod.Get, $"/iofog/{fog}", null, 200);

    public Task PatchFogAsync(string fog, JsonObject body) => SendAsync(HttpMethod.Patch, $"/iofog/{fog}", body, 204);

    public Task DeleteFogAsync(string fog) => SendAsync(HttpMethod.Delete, $"/iofog/{fog}", null, 202);

    public Task RebootAsync(string fog) => SendAsync(HttpMethod.Post, $"/iofog/{fog}/reboot", null, 204);

    public Task PruneAsync(string fog) => SendAsync(HttpMethod.Post, $"/iofog/{fog}/prune", null, 204);

    public Task CreateApplicationAsync(JsonObject body) => SendAsync(HttpMethod.Post, "/application", body, 201);

    public Task DeleteApplicationAsync(string name) => SendAsync(HttpMethod.Delete, $"/application/{name}", null, 204);

    public async Task<JsonElement> MicroservicesAsync(string application) =>
        (await SendAsync(HttpMethod.Get, $"/microservices?application={Uri.EscapeDataString(application)}", null, 200)).GetProperty("microservices");

    public Task<JsonElement> MicroserviceAsync(string uuid) => SendAsync(HttpMethod.Get, $"/microservices/{uuid}", null, 200);

    public Task PatchMicroserviceAsync(string uuid, JsonObject body) => SendAsync(HttpMethod.Patch, $"/microservices/{uuid}", body, 204);

    public Task PatchMicroserviceConfigAsync(string uuid, JsonObject config) => SendAsync(HttpMethod.Patch, $"/microservices/{uuid}/config", config, 204);

    public Task StopMicroserviceAsync(string uuid) => SendAsync(HttpMethod.Patch, $"/microservices/{uuid}/stop", null, 204);

    public Task StartMicroserviceAsync(string uuid) => SendAsync(HttpMethod.Patch, $"/microservices/{uuid}/start", null, 204);

    /// <summary>One call; anything but the expected status is an <see cref="OperatorException"/>.</summary>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, JsonObject? body, int expected)
    {
        for (var attempt = 0; ; attempt++)
        {
            var token = await AccessTokenAsync();
            using var request = new HttpRequestMessage(method, _target.Api + path);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            if (body is not null)
            {
                request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
            }

            using var response = await _http.SendAsync(request);
            if (response.StatusCode == HttpStatusCode.Unauthorized && attempt == 0)
            {
                await ForgetAsync(token);
                continue;
            }

            return await ReadAsync($"{method} {path}", response, expected);
        }
    }

    /// <summary>A token that lasts a minute at least.</summary>
    public async Task<string> AccessTokenAsync()
    {
        await _session.WaitAsync();
        try
        {
            if (_access is not null && _expires - DateTimeOffset.UtcNow > s_refreshBefore)
            {
                return _access;
            }

            if (_refresh is not null)
            {
                try
                {
                    await StartSessionAsync("/user/refresh", new JsonObject { ["refreshToken"] = _refresh });
                    return _access!;
                }
                catch (OperatorException error) when (error.Status is 400 or 401)
                {
                    _refresh = null;
                }
            }

            await StartSessionAsync("/user/login", new JsonObject { ["email"] = _target.Username, ["password"] = _target.Password, ["totp"] = "" });
            return _access!;
        }
        finally
        {
            _session.Release();
        }
    }

    private async Task ForgetAsync(string token)
    {
        await _session.WaitAsync();
        if (_access == token)
        {
            _access = null;
        }

        _session.Release();
    }

    private async Task StartSessionAsync(string path, JsonObject body)
    {
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await _http.PostAsync(_target.Api + path, content);
        var answer = await ReadAsync("POST " + path, response, 200);
        _access = answer.GetProperty("accessToken").GetString()!;
        _refresh = answer.GetProperty("refreshToken").GetString()!;
        _expires = Expiry(_access);
    }

    private static DateTimeOffset Expiry(string token)
    {
        try
        {
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]));
            return DateTimeOffset.FromUnixTimeSeconds(claims.RootElement.GetProperty("exp").GetInt64());
        }
        catch (Exception error) when (error is FormatException or JsonException or IndexOutOfRangeException or KeyNotFoundException)
        {
            // Not a JWT: use it until it is refused.
            return DateTimeOffset.MaxValue;
        }
    }

    private static async Task<JsonElement> ReadAsync(string call, HttpResponseMessage response, int expected)
    {
        var text = await response.Content.ReadAsStringAsync();
        if ((int)response.StatusCode != expected)
        {
            throw new OperatorException(call, (int)response.StatusCode, text);
        }

        if (text.Length == 0)
        {
            return default;
        }

        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
