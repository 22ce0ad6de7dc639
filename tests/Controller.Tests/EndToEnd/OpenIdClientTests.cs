using Controller.Testing;
using Controller.Tests.Support;

namespace Controller.Tests.EndToEnd;

/// <summary>The native binary's issuer and a standard OpenID Connect client library (npm openid-client).</summary>
public sealed class OpenIdClientTests
{
    [Test]
    public async Task A_standard_client_signs_in_refreshes_and_logs_out()
    {
        using var directory = new TempDirectory();
        await using var controller = await NativeController.StartAsync(directory.Path, new()
        {
            ["OIDC_CLIENT_SECRET"] = "a-secret-of-the-test-7",
            ["AUTH_RATE_LIMIT_MAX_REQUESTS"] = "1000",
        });
        var output = await NodeScript.RunAsync(
            "tests/oidc",
            "openid-client.mjs",
            controller.Url.ToString().TrimEnd('/'), "controller", "a-secret-of-the-test-7", NativeController.Username, NativeController.Password);
        await Assert.That(output).Contains("logged out");
    }
}
