using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;

namespace Controller.Tests.Support;

/// <summary>
/// What a browser does in a sign-in: carries cookies and follows redirects, and shows the page where they end. The
/// Controller's public URL, which no name server knows, leads to the Controller under test.
/// </summary>
internal sealed partial class TestBrowser(string publicUrl, Uri controller) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
    private readonly Dictionary<string, string> _cookies = [];

    /// <summary>Goes to a page and on, until something answers that is no redirect, or the Console is reached.</summary>
    /// <param name="url">Where to begin.</param>
    /// <param name="console">Redirects to URLs that begin so are not followed.</param>
    /// <param name="form">What to post there; null = GET.</param>
    public async Task<(Uri Url, HttpStatusCode Status, string Body)> GoAsync(
        string url, string console, IReadOnlyDictionary<string, string>? form = null)
    {
        var at = new Uri(url);
        while (true)
        {
            using var response = await SendAsync(at, form);
            if (response.Headers.Location is not { } location)
            {
                return (at, response.StatusCode, await response.Content.ReadAsStringAsync());
            }

            at = new Uri(at, location);
            form = null;
            if (at.OriginalString.StartsWith(console, StringComparison.Ordinal))
            {
                return (at, response.StatusCode, "");
            }
        }
    }

    /// <summary>Goes to a page and nowhere from there.</summary>
    public Task<HttpResponseMessage> OnceAsync(string url) => SendAsync(new Uri(url), null);

    /// <summary>Submits the page's form with further fields.</summary>
    public Task<(Uri Url, HttpStatusCode Status, string Body)> SubmitAsync(
        (Uri Url, HttpStatusCode Status, string Body) page, string console, params (string Name, string Value)[] fields)
    {
        var form = HiddenField().Matches(page.Body).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);
        foreach (var (name, value) in fields)
        {
            form[name] = value;
        }

        return GoAsync(new Uri(page.Url, FormAction().Match(page.Body).Groups[1].Value).AbsoluteUri, console, form);
    }

    /// <summary>The parameters that a URL's fragment carries.</summary>
    public static Dictionary<string, string> Fragment(Uri url) =>
        QueryHelpers.ParseQuery(url.Fragment.TrimStart('#')).ToDictionary(p => p.Key, p => p.Value.ToString());

    public void Dispose() => _client.Dispose();

    private async Task<HttpResponseMessage> SendAsync(Uri url, IReadOnlyDictionary<string, string>? form)
    {
        var target = url.OriginalString.StartsWith(publicUrl, StringComparison.Ordinal) ? new Uri(controller, url.PathAndQuery) : url;
        using var request = new HttpRequestMessage(form is null ? HttpMethod.Get : HttpMethod.Post, target);
        request.Content = form is null ? null : new FormUrlEncodedContent(form);
        if (_cookies.Count > 0)
        {
            request.Headers.Add("Cookie", string.Join("; ", _cookies.Select(c => $"{c.Key}={c.Value}")));
        }

        var response = await _client.SendAsync(request);
        if (response.Headers.TryGetValues("Set-Cookie", out var set))
        {
            foreach (var cookie in set)
            {
                var pair = cookie.Split(';')[0].Split('=', 2);
                _cookies[pair[0]] = pair[1];
            }
        }

        return response;
    }

    [GeneratedRegex("""<input type="hidden" name="([^"]*)" value="([^"]*)"/>""")]
    private static partial Regex HiddenField();

    [GeneratedRegex("""<form[^>]* action="([^"]*)" method="post">""")]
    private static partial Regex FormAction();
}
