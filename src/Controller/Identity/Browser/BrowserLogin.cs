using System.Security.Cryptography;
using System.Text;
using Controller.Configuration;
using Controller.Hosting;

namespace Controller.Identity.Browser;

/// <summary>
/// Browser login on behalf of the Console (auth-rbac 5.1, 5.2): sends the browser to the issuer, takes its answer, and
/// hands the tokens to the Console in the fragment of a URL, which browsers send to no server.
/// </summary>
internal sealed class BrowserLogin(IBrowserSignIn issuer, BrowserSessions sessions, ControllerSettings settings, TimeProvider time)
{
    /// <summary>Begins an attempt and redirects to the issuer.</summary>
    /// <exception cref="ApiException">400 for a <c>postLoginRedirect</c> elsewhere.</exception>
    public async Task AuthorizeAsync(HttpContext context)
    {
        var target = context.QueryValue("postLoginRedirect");
        if (target is not null && !PostLoginRedirect.IsAllowed(target, settings))
        {
            throw ApiException.Validation("Invalid format for field 'postLoginRedirect'");
        }

        var attempt = SignInAttempt.Create(time.GetUtcNow(), target);
        var url = await issuer.AuthorizationUrlAsync(attempt, context.RequestAborted);
        await sessions.BeginAsync(context, attempt);
        Redirect(context, url);
    }

    /// <summary>Ends an attempt: redirects to the Console with tokens, or with the issuer's error.</summary>
    /// <exception cref="ApiException">401 unless the answer is the one this browser's attempt waits for.</exception>
    public async Task CallbackAsync(HttpContext context)
    {
        var attempt = await sessions.TakeAsync(context);
        if (context.QueryValue("error") is { } error)
        {
            Redirect(context, $"{settings.Console.Url}/login{Refusal(error, context.QueryValue("error_description"))}");
            return;
        }

        if (attempt is null)
        {
            throw ApiException.Authentication("OAuth session expired or missing");
        }

        if (time.GetUtcNow().ToUnixTimeMilliseconds() - attempt.CreatedAt >= (long)settings.Auth.SessionStore.Lifetime.TotalMilliseconds)
        {
            throw ApiException.Authentication("OAuth session expired");
        }

        if (context.QueryValue("state") is not { } state || !AreEqual(state, attempt.State) || context.QueryValue("code") is not { } code)
        {
            throw OAuthCallback.Failed();
        }

        var tokens = await issuer.ExchangeAsync(attempt, code, context.QueryValue("iss"), context.RequestAborted);
        Redirect(context, $"{settings.Console.Url}/login{Delivery(tokens, attempt.PostLoginRedirect)}");
    }

    /// <summary>Takes the same time wherever the texts differ.</summary>
    private static bool AreEqual(string given, string expected) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(expected));

    private static void Redirect(HttpContext context, string url)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Redirect(url);
    }

    private static string Refusal(string error, string? description) => "?" + FormEncoding.Encode(
        [("oauthError", error), ("oauthErrorDescription", description)]);

    private static string Delivery(BrowserTokens tokens, string? postLoginRedirect) => "#" + FormEncoding.Encode(
        [("accessToken", tokens.AccessToken), ("refreshToken", tokens.RefreshToken), ("postLoginRedirect", postLoginRedirect)]);
}
