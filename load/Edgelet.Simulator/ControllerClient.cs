using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Edgelet.Simulator;

/// <summary>Who a provisioned node is.</summary>
public sealed record AgentIdentity(string Uuid, AgentKey Key);

/// <summary>The limits of one logical call.</summary>
public sealed record ControllerClientOptions
{
    /// <summary>For one call with all its tries.</summary>
    public TimeSpan CallLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For one ping.</summary>
    public TimeSpan PingLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Tries after the first one; 0 makes failures visible at once.</summary>
    public int MaxRetries { get; init; } = 3;

    /// <summary>Wait before the second try; doubles after each.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Ceiling of the wait.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>A request sent as it is, once. For tests of what an agent would not send.</summary>
public sealed record RawRequest(HttpMethod Method, string Path)
{
    /// <summary>Body bytes; null sends an empty body.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>The token to send; null means a fresh one of the current identity (none without identity).</summary>
    public string? Token { get; init; }

    /// <summary>The whole Authorization header; wins over <see cref="Token"/>. Empty sends none.</summary>
    public string? Authorization { get; init; }

    /// <summary>Content type; null sends none.</summary>
    public string? ContentType { get; init; } = "application/json";

    /// <summary>More request headers.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];
}

/// <summary>Any answer, undigested.</summary>
public sealed record RawAnswer(int Status, byte[] Body, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The body as text.</summary>
    public string Text => Encoding.UTF8.GetString(Body);
}

/// <summary>
/// The Edgelet's side of the agent API: its headers, one fresh token per try, its retries and its time limit. Only a
/// 200 with one JSON object or a 204 is a success. Answers are decoded strictly (<see cref="AgentDecodeException"/>);
/// everything else is an <see cref="AgentCallException"/>. Thread-safe; hold one per node.
/// </summary>
public sealed class ControllerClient
{
    private const int ErrorBytes = 4096;
    private static readonly MediaTypeHeaderValue s_json = new("application/json");

    private readonly HttpClient _http;
    private readonly TimeProvider _time;
    private readonly ControllerClientOptions _options;
    private readonly string _root;
    private readonly string _agentRoot;
    private long _lastRequestId;

    /// <param name="http">Shared by any number of clients; see <see cref="CreateHttpClient"/>.</param>
    /// <param name="controllerUrl">The node's <c>controllerUrl</c>, e.g. <c>https://host:51121/api/v3/</c>.</param>
    /// <param name="time">The agent's clock.</param>
    /// <param name="options">Limits; the Edgelet's own by default.</param>
    public ControllerClient(HttpClient http, string controllerUrl, TimeProvider time, ControllerClientOptions? options = null)
    {
        _http = http;
        _time = time;
        _options = options ?? new ControllerClientOptions();
        ControllerUrl = controllerUrl;
        _root = controllerUrl.EndsWith('/') ? controllerUrl[..^1] : controllerUrl;
        _agentRoot = _root + "/agent/";
    }

    /// <summary>As configured; also the token's audience.</summary>
    public string ControllerUrl { get; }

    /// <summary>The node's identity, once provisioned.</summary>
    public AgentIdentity? Identity { get; set; }

    /// <summary>Adds an offset to the clock that tokens are made with, to simulate a node with a wrong clock.</summary>
    public TimeSpan ClockOffset { get; set; }

    /// <summary>
    /// An HTTP client fit for thousands of nodes: no redirects, no cookies, no limit on connections, no time-out of its
    /// own, and certificates are not verified (the Edgelet's default).
    /// </summary>
    public static HttpClient CreateHttpClient() => new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            MaxConnectionsPerServer = int.MaxValue,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            ActivityHeadersPropagator = null,
            SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
        })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>A fresh token of the current identity.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public string NewToken()
    {
        var identity = Identity ?? throw new InvalidOperationException("The node is not provisioned.");
        return AgentToken.Create(identity.Key, identity.Uuid, ControllerUrl, _time.GetUtcNow() + ClockOffset);
    }

    /// <summary><c>POST /agent/provision</c>; takes over the identity.</summary>
    public async Task<ProvisionAnswer> ProvisionAsync(string key, int architecture, string engine, CancellationToken ct = default)
    {
        var answer = await GetObjectAsync(HttpMethod.Post, "provision", Body(new(key, architecture, engine), AgentJson.Wire.ProvisionBody), ProvisionAnswer.Read, anonymous: true, ct: ct).ConfigureAwait(false);
        var fresh = AgentKey.FromWire(answer.PrivateKey);
        Identity = new AgentIdentity(answer.Uuid, fresh);
        return answer;
    }

    /// <summary><c>POST /agent/deprovision</c>. Keeps the identity; the caller drops it.</summary>
    public Task DeprovisionAsync(IReadOnlyList<string> microserviceUuids, CancellationToken ct = default) =>
        SendAsync(HttpMethod.Post, "deprovision", Body(new(microserviceUuids), AgentJson.Wire.DeprovisionBody), ct);

    /// <summary><c>GET /agent/config</c>.</summary>
    public Task<AgentConfig> GetConfigAsync(CancellationToken ct = default) => GetObjectAsync(HttpMethod.Get, "config", default, AgentConfig.Read, ct: ct);

    /// <summary><c>PATCH /agent/config</c>.</summary>
    public Task PatchConfigAsync(EdgeletConfig config, CancellationToken ct = default) =>
        SendAsync(HttpMethod.Patch, "config", Body(config, AgentJson.Wire.EdgeletConfig), ct);

    /// <summary><c>PATCH /agent/config/gps</c>.</summary>
    public Task PatchGpsAsync(double latitude, double longitude, CancellationToken ct = default) =>
        SendAsync(HttpMethod.Patch, "config/gps", Body(new(latitude, longitude), AgentJson.Wire.GpsBody), ct);

    /// <summary>
    /// <c>GET /agent/config/changes</c>. The answer may be held back until there is news;
    /// <paramref name="waitSeconds"/> asks for a shorter hold, which a stock agent does not.
    /// </summary>
    public Task<AgentChanges> GetChangesAsync(int? waitSeconds = null, CancellationToken ct = default) =>
        GetObjectAsync(HttpMethod.Get, "config/changes", default, AgentChanges.Read, waitSeconds: waitSeconds, ct: ct);

    /// <summary><c>PATCH /agent/config/changes</c> with the stamp of a processed poll.</summary>
    public Task AcknowledgeChangesAsync(string lastUpdated, CancellationToken ct = default) =>
        SendAsync(HttpMethod.Patch, "config/changes", Body(new(lastUpdated), AgentJson.Wire.AcknowledgeBody), ct);

    /// <summary><c>PUT /agent/status</c>.</summary>
    public Task PutStatusAsync(StatusReport status, CancellationToken ct = default) => SendAsync(HttpMethod.Put, "status", status.ToUtf8(), ct);

    /// <summary><c>GET /agent/microservices</c>. The server clears <c>rebuild</c> by this.</summary>
    public Task<IReadOnlyList<AgentMicroservice>> GetMicroservicesAsync(CancellationToken ct = default) =>
        GetObjectAsync(HttpMethod.Get, "microservices", default, AgentMicroservice.ReadList, ct: ct);

    /// <summary><c>GET /agent/registries</c>.</summary>
    public Task<IReadOnlyList<AgentRegistry>> GetRegistriesAsync(CancellationToken ct = default) =>
        GetObjectAsync(HttpMethod.Get, "registries", default, AgentRegistry.ReadList, ct: ct);

    /// <summary><c>GET /agent/volumeMounts</c>.</summary>
    public Task<IReadOnlyList<AgentVolumeMount>> GetVolumeMountsAsync(CancellationToken ct = default) =>
        GetObjectAsync(HttpMethod.Get, "volumeMounts", default, AgentVolumeMount.ReadList, ct: ct);

    /// <summary><c>GET /agent/tunnel</c>.</summary>
    public Task<AgentTunnel> GetTunnelAsync(CancellationToken ct = default) => GetObjectAsync(HttpMethod.Get, "tunnel", default, AgentTunnel.Read, ct: ct);

    /// <summary><c>GET /agent/version</c>. Each call makes a new provisioning key.</summary>
    public Task<AgentVersionCommand> GetVersionAsync(CancellationToken ct = default) =>
        GetObjectAsync(HttpMethod.Get, "version", default, AgentVersionCommand.Read, ct: ct);

    /// <summary><c>GET /agent/logs/sessions</c>.</summary>
    public Task<IReadOnlyList<AgentLogSession>> GetLogSessionsAsync(CancellationToken ct = default) =>
        GetObjectAsync(HttpMethod.Get, "logs/sessions", default, AgentLogSession.ReadList, ct: ct);

    /// <summary><c>GET /agent/exec/sessions</c>.</summary>
    public Task<IReadOnlyList<AgentExecSession>> GetExecSessionsAsync(CancellationToken ct = default) =>
        GetObjectAsync(HttpMethod.Get, "exec/sessions", default, AgentExecSession.ReadList, ct: ct);

    /// <summary><c>POST /agent/controller/register</c>.</summary>
    /// <exception cref="AgentDecodeException">The answer names another uuid.</exception>
    public async Task RegisterControllerAsync(RegisterBody registration, CancellationToken ct = default)
    {
        var uuid = await GetObjectAsync(HttpMethod.Post, "controller/register", Body(registration, AgentJson.Wire.RegisterBody), static json => json.Optional("uuid"), ct: ct).ConfigureAwait(false);
        if (uuid is not null && uuid != registration.Uuid)
        {
            throw new AgentDecodeException("uuid", $"is {uuid}, not {registration.Uuid}");
        }
    }

    /// <summary><c>DELETE /agent/delete-node</c>.</summary>
    public Task DeleteNodeAsync(CancellationToken ct = default) => SendAsync(HttpMethod.Delete, "delete-node", default, ct);

    /// <summary><c>PUT /agent/hal/hw</c> (or <c>usb</c>).</summary>
    public Task PutHalAsync(string kind, string info, CancellationToken ct = default) =>
        SendAsync(HttpMethod.Put, "hal/" + kind, Body(new(info), AgentJson.Wire.HalBody), ct);

    /// <summary><c>GET /agent/cert</c>: the PEM, or null when the server has none to trust.</summary>
    public async Task<string?> GetCertificateAsync(CancellationToken ct = default)
    {
        var (status, body) = await CallAsync(HttpMethod.Get, "cert", default, anonymous: false, waitSeconds: null, ct).ConfigureAwait(false);
        if (status != 200)
        {
            throw new AgentDecodeException("cert", $"came with HTTP {status}, not 200");
        }

        var text = Encoding.ASCII.GetString(body).Trim();
        if (text.Length == 0)
        {
            return null;
        }

        try
        {
            return Encoding.ASCII.GetString(Convert.FromBase64String(text));
        }
        catch (FormatException)
        {
            throw new AgentDecodeException("cert", "is not base64");
        }
    }

    /// <summary>The connectivity ping, <c>GET /status</c>. One try.</summary>
    public async Task<ControllerStatus> PingAsync(CancellationToken ct = default)
    {
        using var limit = new CancellationTokenSource(_options.PingLimit, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        (int Status, byte[] Body) answer;
        try
        {
            answer = await TryAsync(HttpMethod.Get, _root + "/status", default, Identity is null, null, linked.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (IsNetwork(error) && !ct.IsCancellationRequested)
        {
            throw new AgentCallException("GET /status", null, error.Message, 1, error);
        }

        if (answer.Status != 200)
        {
            throw new AgentCallException("GET /status", answer.Status, ErrorText(answer.Body), 1, null);
        }

        using var document = StrictObject.Parse(answer.Body, "", out var root);
        return ControllerStatus.Read(root);
    }

    /// <summary>
    /// Sends one request, once, and returns whatever comes. <see cref="RawRequest.Path"/> is relative to
    /// <c>/api/v3/agent/</c>; with a leading slash it is relative to the <c>controllerUrl</c>.
    /// </summary>
    public async Task<RawAnswer> SendRawAsync(RawRequest raw, CancellationToken ct = default)
    {
        using var request = new HttpRequestMessage(raw.Method, raw.Path.StartsWith('/') ? _root + raw.Path : _agentRoot + raw.Path);
        var authorization = raw.Authorization ?? (raw.Token is not null ? "Bearer " + raw.Token : Identity is not null ? "Bearer " + NewToken() : "");
        if (authorization.Length > 0)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        foreach (var (name, value) in raw.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (raw.Body is not null || raw.ContentType is not null)
        {
            request.Content = new ReadOnlyMemoryContent(raw.Body ?? default);
            if (raw.ContentType is not null)
            {
                request.Content.Headers.TryAddWithoutValidation("Content-Type", raw.ContentType);
            }
        }

        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, ct).ConfigureAwait(false);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in response.Headers.NonValidated)
        {
            headers[name] = values.ToString();
        }

        foreach (var (name, values) in response.Content.Headers.NonValidated)
        {
            headers[name] = values.ToString();
        }

        return new RawAnswer((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(ct).ConfigureAwait(false), headers);
    }

    /// <summary>As <see cref="SendRawAsync(RawRequest, CancellationToken)"/> with a text body and a fresh token.</summary>
    public Task<RawAnswer> SendRawAsync(HttpMethod method, string path, string? body = null, CancellationToken ct = default) =>
        SendRawAsync(new RawRequest(method, path) { Body = body is null ? null : Encoding.UTF8.GetBytes(body) }, ct);

    private static ReadOnlyMemory<byte> Body<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, type);

    private async Task SendAsync(HttpMethod method, string command, ReadOnlyMemory<byte> body, CancellationToken ct)
    {
        var (status, answer) = await CallAsync(method, command, body, anonymous: false, waitSeconds: null, ct).ConfigureAwait(false);
        if (status == 200)
        {
            using var document = StrictObject.Parse(answer, "", out _);
        }
    }

    private async Task<T> GetObjectAsync<T>(
        HttpMethod method,
        string command,
        ReadOnlyMemory<byte> body,
        Func<StrictObject, T> read,
        bool anonymous = false,
        int? waitSeconds = null,
        CancellationToken ct = default)
    {
        var (status, answer) = await CallAsync(method, command, body, anonymous, waitSeconds, ct).ConfigureAwait(false);
        if (status != 200)
        {
            throw new AgentDecodeException("", $"{method} {command} answered HTTP {status} without a body");
        }

        using var document = StrictObject.Parse(answer, "", out var root);
        return read(root);
    }

    /// <summary>One logical call: the tries, under one limit. Returns only for 200 and 204.</summary>
    private async Task<(int Status, byte[] Body)> CallAsync(HttpMethod method, string command, ReadOnlyMemory<byte> body, bool anonymous, int? waitSeconds, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(_options.CallLimit, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        var backoff = _options.FirstBackoff;
        for (var tries = 1; ; tries++)
        {
            int? status = null;
            string text;
            Exception? cause = null;
            try
            {
                var answer = await TryAsync(method, _agentRoot + command, body, anonymous, waitSeconds, linked.Token).ConfigureAwait(false);
                if (answer.Status is 200 or 204)
                {
                    return answer;
                }

                status = answer.Status;
                text = ErrorText(answer.Body);
            }
            catch (Exception error) when (IsNetwork(error) && !ct.IsCancellationRequested)
            {
                cause = error;
                text = error.Message;
            }

            var again = status is null or >= 500 && tries <= _options.MaxRetries && !limit.IsCancellationRequested;
            if (again)
            {
                try
                {
                    await Task.Delay(backoff, _time, linked.Token).ConfigureAwait(false);
                    backoff = backoff * 2 < _options.MaxBackoff ? backoff * 2 : _options.MaxBackoff;
                    continue;
                }
                catch (OperationCanceledException) when (!ct.IsCancellationRequested)
                {
                    // The call's limit passed while waiting; report the last failure.
                }
            }

            throw new AgentCallException($"{method} {command}", status, text, tries, cause);
        }
    }

    private async Task<(int Status, byte[] Body)> TryAsync(HttpMethod method, string url, ReadOnlyMemory<byte> body, bool anonymous, int? waitSeconds, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, url);
        if (!anonymous)
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + NewToken());
        }

        request.Headers.TryAddWithoutValidation("Request-Id", NextRequestId());
        if (waitSeconds is not null)
        {
            request.Headers.TryAddWithoutValidation("Prefer", string.Create(CultureInfo.InvariantCulture, $"wait={waitSeconds}"));
        }

        request.Content = new ReadOnlyMemoryContent(body);
        request.Content.Headers.ContentType = s_json;
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, ct).ConfigureAwait(false);
        return ((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(ct).ConfigureAwait(false));
    }

    private string NextRequestId()
    {
        var now = (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        long last, next;
        do
        {
            last = Interlocked.Read(ref _lastRequestId);
            next = Math.Max(now, last + 1);
        }
        while (Interlocked.CompareExchange(ref _lastRequestId, next, last) != last);
        return next.ToString(CultureInfo.InvariantCulture);
    }

    private static string ErrorText(byte[] body) => Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, ErrorBytes)));

    private static bool IsNetwork(Exception error) => error is HttpRequestException or IOException or OperationCanceledException;
}
