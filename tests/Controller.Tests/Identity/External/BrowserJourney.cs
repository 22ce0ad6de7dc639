using System.Text.RegularExpressions;
using System.Web;

namespace Controller.Tests.Identity.External;

/// <summary>Where a browser is.</summary>
internal sealed record Page(Uri Url, int Status, string Body)
{
    /// <summary>A parameter that the URL's fragment carries.</summary>
    public string? Delivered(string name) => HttpUtility.ParseQueryString(Url.Fragment.TrimStart('#'))[name];
}

/// <summary>Moves a <see cref="TestBrowser"/> through the pages of a sign-in.</summary>
internal static partial class BrowserJourney
{
    /// <summary>Goes to a page and on, until something answers that is no redirect, or is redirected to the Console.</summary>
    /// <param name="browser">Who travels.</param>
    /// <param name="url">Where to begin.</param>
    /// <param name="console">Redirects to URLs that begin so are not followed.</param>
    public static async Task<Page> TravelAsync(this TestBrowser browser, string url, string console) =>
        await OnAsync(browser, new Uri(url), await browser.GetAsync(url), console);

    /// <summary>Submits the page's form with further fields, and goes on from there.</summary>
    public static async Task<Page> SubmitAsync(this TestBrowser browser, Page page, string console, params (string Name, string Value)[] fields)
    {
        var url = new Uri(page.Url, FormAction().Match(page.Body).Groups[1].Value);
        var hidden = HiddenField().Matches(page.Body).Select(m => (m.Groups[1].Value, m.Groups[2].Value));
        return await OnAsync(browser, url, await browser.PostAsync(url.AbsoluteUri, [.. hidden, .. fields]), console);
    }

    private static async Task<Page> OnAsync(TestBrowser browser, Uri at, BrowserAnswer answer, string console)
    {
        while (answer.Location is { } location)
        {
            at = new Uri(at, location);
            if (at.OriginalString.StartsWith(console, StringComparison.Ordinal))
            {
                return new Page(at, answer.Status, "");
            }

            answer = await browser.GetAsync(at.AbsoluteUri);
        }

        return new Page(at, answer.Status, answer.Body);
    }

    [GeneratedRegex("""<input type="hidden" name="([^"]*)" value="([^"]*)"/>""")]
    private static partial Regex HiddenField();

    [GeneratedRegex("""<form[^>]* action="([^"]*)" method="post">""")]
    private static partial Regex FormAction();
}
