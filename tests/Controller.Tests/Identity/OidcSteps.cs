using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Controller.Configuration;
using Controller.Secrets;
using Controller.Sql.Stores;

namespace Controller.Tests.Identity;

/// <summary>What clients and people do at the embedded issuer, step by step.</summary>
internal sealed class OidcSteps(IdentityHost host)
{
    public const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    public string PublicUrl => host.Service<ControllerSettings>().Server.PublicUrl;

    public string ConsoleUrl => host.Service<ControllerSettings>().Console.Url;

    public string Issuer => $"{PublicUrl}/oidc";

    public string RedirectUri => $"{PublicUrl}/api/v3/user/oauth/callback";

    public static string ChallengeOf(string verifier) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));

    /// <summary>The parameters of a right request, changed as a test wants; null leaves one out.</summary>
    public Dictionary<string, string> Request(params (string Name, string? Value)[] changes)
    {
        var request = new Dictionary<string, string>
        {
            ["client_id"] = "controller",
            ["redirect_uri"] = RedirectUri,
            ["response_type"] = "code",
            ["scope"] = "openid profile email groups",
            ["state"] = "the state",
            ["nonce"] = "the nonce",
            ["code_challenge"] = ChallengeOf(Verifier),
            ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in changes)
        {
            if (value is null)
            {
                request.Remove(name);
            }
            else
            {
                request[name] = value;
            }
        }

        return request;
    }

    public string AuthUrl(params (string Name, string? Value)[] changes) => $"{Issuer}/auth?{Query(Request(changes))}";

    public static string Query(Dictionary<string, string> parameters) =>
        string.Join('&', parameters.Select(p => $"{p.Key}={WebUtility.UrlEncode(p.Value)}"));

    /// <summary>The uid in the redirect to the sign-in page.</summary>
    public string UidOf(BrowserAnswer answer) =>
        answer.Location?.StartsWith($"{ConsoleUrl}/login/oauth?interaction=", StringComparison.Ordinal) == true
            ? answer.Parameter("interaction")!
            : throw new InvalidOperationException($"{answer.Status} {answer.Location} {answer.Body}");

    /// <summary>Begins a sign-in; returns its uid.</summary>
    public async Task<string> BeginAsync(TestBrowser browser, params (string Name, string? Value)[] changes) =>
        UidOf(await browser.GetAsync(AuthUrl(changes)));

    public async Task<(int Status, JsonNode? Body)> StepAsync(string uid, string step, JsonObject? body = null)
    {
        var (status, answer, _) = await host.SendAsync("POST", $"/api/v3/user/interaction/{uid}/{step}", body);
        return ((int)status, answer);
    }

    public Task<(int Status, JsonNode? Body)> LoginAsync(string uid, string email, string password) =>
        StepAsync(uid, "login", new JsonObject { ["email"] = email, ["password"] = password });

    /// <summary>Name and password, nothing else due; returns where the browser goes on.</summary>
    public async Task<string> PassAsync(string uid, string email, string password)
    {
        var login = await LoginAsync(uid, email, password);
        var done = await StepAsync(uid, "complete");
        return done.Status == 200 ? (string)done.Body!["redirectTo"]! : throw new InvalidOperationException($"{login.Body} {done.Body}");
    }

    /// <summary>A whole sign-in; returns the answer that sends the browser back to the client.</summary>
    public async Task<BrowserAnswer> SignInAsync(TestBrowser browser, string email, string password, params (string Name, string? Value)[] changes) =>
        await browser.GetAsync(await PassAsync(await BeginAsync(browser, changes), email, password));

    /// <summary>The secret of the client <c>controller</c>, as it is stored.</summary>
    public async Task<string> SecretAsync() => host.Service<SecretData>().Open(
        "oidc-client-controller", (await host.Controller.Database.ReadAsync(s => IssuerClientStore.SecretAsync(s, "controller")))!)!["secret"];

    /// <summary>Exchanges a code; the parameters are changed as a test wants.</summary>
    public async Task<BrowserAnswer> TokenAsync(string? code, params (string Name, string? Value)[] changes)
    {
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["redirect_uri"] = RedirectUri,
            ["code_verifier"] = Verifier,
            ["client_id"] = "controller",
            ["client_secret"] = await SecretAsync(),
        };
        if (code is not null)
        {
            form["code"] = code;
        }

        foreach (var (name, value) in changes)
        {
            if (value is null)
            {
                form.Remove(name);
            }
            else
            {
                form[name] = value;
            }
        }

        using var client = new TestBrowser(host);
        return await client.PostAsync($"{Issuer}/token", form.Select(p => (p.Key, p.Value)));
    }

    public Task<BrowserAnswer> RefreshAsync(string token, params (string Name, string? Value)[] changes) => TokenAsync(
        null, [("grant_type", "refresh_token"), ("refresh_token", token), ("redirect_uri", null), ("code_verifier", null), .. changes]);

    public async Task<BrowserAnswer> UserInfoAsync(string accessToken)
    {
        using var client = new TestBrowser(host);
        return await client.GetAsync($"{Issuer}/me", ("Authorization", $"Bearer {accessToken}"));
    }
}
