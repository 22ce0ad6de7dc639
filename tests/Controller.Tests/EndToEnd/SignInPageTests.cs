using System.Net;
using System.Net.Http.Headers;
using Controller.Testing;
using Controller.Tests.Support;

namespace Controller.Tests.EndToEnd;

/// <summary>Signing in with a browser, without a Console: the native binary and headless Chromium.</summary>
public sealed class SignInPageTests
{
    private const string User = "alice@example.org";
    private const string FirstPassword = "First-Pass-Word-1";

    /// <param name="console">Whether the page is the Console listener's, so that it calls the API across origins.</param>
    [Test]
    [Arguments(false)]
    [Arguments(true)]
    public async Task A_person_signs_in_with_a_browser(bool console)
    {
        using var directory = new TempDirectory();
        await using var controller = await NativeController.StartAsync(directory.Path, consoleOrigin: console, environment: new()
        {
            ["AUTH_RATE_LIMIT_MAX_REQUESTS"] = "1000",
        });
        await controller.LoginAsync();
        await controller.SendAsync("POST", "/api/v3/groups", """{"name":"careful","mfaRequired":true}""");
        var (created, _) = await controller.SendAsync(
            "POST", "/api/v3/users", $$"""{"email":"{{User}}","password":"{{FirstPassword}}","groups":["careful","viewer"]}""");
        await Assert.That(created).IsEqualTo(HttpStatusCode.Created);

        var page = (console ? controller.ConsoleUrl : controller.Url) + "login";
        var output = await NodeScript.RunAsync("tests/browser", "signin.mjs", page, User, FirstPassword);

        // What the page showed works with the API.
        var token = output.Split('\n').Single(l => l.StartsWith("token: ", StringComparison.Ordinal))["token: ".Length..];
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v3/iofog-list");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await controller.Client.SendAsync(request);
        await Assert.That(answer.StatusCode).IsEqualTo(HttpStatusCode.OK);
    }
}
