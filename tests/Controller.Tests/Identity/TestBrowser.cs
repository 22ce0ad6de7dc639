using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Web;
using Controller.Configuration;

namespace Controller.Tests.Identity;

/// <summary>
/// A browser: keeps cookies by path, follows no redirect by itself. URLs of the Controller's public URL are asked of
/// the test's listener.
/// </summary>
internal sealed class TestBrowser(IdentityHost host) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

    /// <summary>Values by name and path.</summary>
    public Dictionary<(string Name, string Path), string> Cookies { get; } = [];

    /// <summary>The last answer's <c>Set-Cookie</c> headers.</summary>
    public IReadOnlyList<string> LastCookies { get; private set; } = [];

    public string PublicUrl => host.Service<ControllerSettings>().Server.PublicUrl;

    public Task<BrowserAnswer> GetAsync(string url, params (string Name, string Value)[] headers) => SendAsync("GET", url, null, headers);

    public Task<BrowserAnswer> PostAsync(string url, IEnumerable<(string Name, string Value)> form, params (string Name, string Value)[] headers) =>
        SendAsync("POST", url, new FormUrlEncodedContent(form.Select(p => KeyValuePair.Create(p.Name, p.Value))), headers);

    public async Task<BrowserAnswer> SendAsync(string method, string url, HttpContent? content, params (string Name, string Value)[] headers)
    {
        var local = new Uri(host.Client.BaseAddress!, url.StartsWith(PublicUrl, StringComparison.Ordinal) ? url[PublicUrl.Length..] : url);
        using var request = new HttpRequestMessage(new HttpMethod(method), local) { Content = content };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        var cookies = Cookies.Where(c => Matches(local.AbsolutePath, c.Key.Path)).Select(c => $"{c.Key.Name}={c.Value}").ToList();
        if (cookies.Count > 0)
        {
            request.Headers.TryAddWithoutValidation("Cookie", string.Join("; ", cookies));
        }

        var response = await _client.SendAsync(request);
        LastCookies = response.Headers.TryGetValues("Set-Cookie", out var set) ? [.. set] : [];
        foreach (var cookie in LastCookies)
        {
            Keep(cookie);
        }

        return new BrowserAnswer(
            (int)response.StatusCode, response.Headers.Location?.OriginalString, await response.Content.ReadAsStringAsync(), response);
    }

    public void Dispose() => _client.Dispose();

    private static bool Matches(string path, string cookiePath) =>
        cookiePath == "/" || path == cookiePath || path.StartsWith(cookiePath.TrimEnd('/') + "/", StringComparison.Ordinal);

    private void Keep(string cookie)
    {
        var parts = cookie.Split("; ");
        var (name, value) = (parts[0][..parts[0].IndexOf('=')], parts[0][(parts[0].IndexOf('=') + 1)..]);
        var path = parts.First(p => p.StartsWith("path=", StringComparison.OrdinalIgnoreCase))[5..];
        if (parts.Any(p => p.Equals("max-age=0", StringComparison.OrdinalIgnoreCase)))
        {
            Cookies.Remove((name, path));
        }
        else
        {
            Cookies[(name, path)] = value;
        }
    }
}

internal sealed record BrowserAnswer(int Status, string? Location, string Body, HttpResponseMessage Response)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    public string? Error => (string?)Json["error"];

    /// <summary>A parameter of the URL that the browser is sent to, in its query or its fragment.</summary>
    public string? Parameter(string name)
    {
        var url = Location ?? throw new InvalidOperationException($"{Status}: {Body}");
        var start = url.IndexOfAny(['?', '#']);
        return start < 0 ? null : HttpUtility.ParseQueryString(url[(start + 1)..])[name];
    }

    public string? Header(string name) => Response.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;
}
