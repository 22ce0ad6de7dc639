using System.Net.Http.Headers;
using System.Text;
using Controller.Configuration;

namespace Controller.Identity.External;

/// <summary>
/// Requests to the identity provider: pooled connections, a proxy as the environment names it, no cookies, no redirects,
/// bounded in time and size.
/// </summary>
internal sealed class ProviderHttp : IDisposable
{
    /// <summary>For documents, which everybody waits for (auth-rbac 2).</summary>
    public static readonly TimeSpan DocumentLimit = TimeSpan.FromSeconds(5);

    /// <summary>For requests of one user; checking a password against a directory takes long.</summary>
    public static readonly TimeSpan UserLimit = TimeSpan.FromSeconds(15);

    private const int MostBytes = 1024 * 1024;

    private readonly AuthSettings _auth;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;

    public ProviderHttp(ControllerSettings settings, TimeProvider time)
    {
        _auth = settings.Auth;
        _time = time;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            MaxResponseHeadersLength = 64,
            ActivityHeadersPropagator = null,
        };
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MostBytes };
        _client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
    }

    /// <summary>Fetches a document.</summary>
    /// <exception cref="IdentityProviderException">No answer.</exception>
    public Task<ProviderAnswer> GetAsync(Uri url, CancellationToken cancel) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, url), DocumentLimit, cancel);

    /// <summary>Fetches what a user's token entitles to.</summary>
    /// <exception cref="IdentityProviderException">No answer.</exception>
    public Task<ProviderAnswer> GetAsync(Uri url, string bearer, CancellationToken cancel) =>
        SendAsync(
            new HttpRequestMessage(HttpMethod.Get, url) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", bearer) } },
            UserLimit,
            cancel);

    /// <summary>
    /// Posts a form as our client, which proves itself by its secret in the form, or in the header where the provider
    /// takes nothing else (RFC 6749 2.3.1).
    /// </summary>
    /// <param name="url">The endpoint.</param>
    /// <param name="methods">The endpoint's advertised authentication methods; null when it advertises none.</param>
    /// <param name="form">Fields of the request.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="IdentityProviderException">No answer.</exception>
    public Task<ProviderAnswer> PostAsync(
        Uri url, IReadOnlyList<string>? methods, IEnumerable<KeyValuePair<string, string>> form, CancellationToken cancel)
    {
        var (id, secret) = (_auth.ClientId!, _auth.ClientSecret!.Reveal());
        var request = new HttpRequestMessage(HttpMethod.Post, url);
        if (methods is null || methods.Contains("client_secret_post") || !methods.Contains("client_secret_basic"))
        {
            request.Content = new FormUrlEncodedContent([.. form, new("client_id", id), new("client_secret", secret)]);
        }
        else
        {
            request.Content = new FormUrlEncodedContent(form);
            var credentials = Encoding.UTF8.GetBytes($"{Uri.EscapeDataString(id)}:{Uri.EscapeDataString(secret)}");
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(credentials));
        }

        return SendAsync(request, UserLimit, cancel);
    }

    public void Dispose() => _client.Dispose();

    private async Task<ProviderAnswer> SendAsync(HttpRequestMessage request, TimeSpan limit, CancellationToken cancel)
    {
        var url = request.RequestUri!;
        using var timeout = new CancellationTokenSource(limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, timeout.Token);
        using (request)
        {
            try
            {
                using var response = await _client.SendAsync(request, either.Token);
                return new ProviderAnswer(url, (int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(either.Token));
            }
            catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancel.IsCancellationRequested)
            {
                throw new IdentityProviderException($"{url} did not answer within {limit.TotalSeconds} s");
            }
            catch (HttpRequestException e)
            {
                throw new IdentityProviderException($"{url} cannot be reached: {e.InnerException?.Message ?? e.Message}");
            }
        }
    }
}
