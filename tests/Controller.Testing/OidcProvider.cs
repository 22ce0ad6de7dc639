using System.Globalization;
using System.Net.Sockets;

namespace Controller.Testing;

/// <summary>
/// The OpenID Connect provider of <c>tests/oidc</c>, which others wrote, on a port of its own. It knows the client
/// <see cref="ClientId"/>, and users as its script says.
/// </summary>
public sealed class OidcProvider : IAsyncDisposable
{
    public const string ClientId = "pot-controller";
    public const string ClientSecret = "secret-of-the-controller";

    private readonly ServerProcess _process;

    private OidcProvider(ServerProcess process, string issuer)
    {
        _process = process;
        Issuer = issuer;
    }

    public string Issuer { get; }

    /// <param name="redirectUri">The client's.</param>
    /// <param name="clientAuthentication">How the client must prove itself.</param>
    /// <exception cref="InvalidOperationException">Node.js or the provider is missing and cannot be installed, or does not start.</exception>
    public static async Task<OidcProvider> StartAsync(string redirectUri, string clientAuthentication = "client_secret_post")
    {
        var node = await TestDependencies.FindAsync("nodejs", "/usr/bin/node", "/usr/local/bin/node");
        var script = TestDependencies.InRepository(Path.Combine("tests", "oidc", "provider.mjs"));
        await TestDependencies.FindAsync(
            "npm (and a registry)", Path.Combine(Path.GetDirectoryName(script)!, "node_modules", "oidc-provider", "package.json"));

        var port = FreePort();
        var directory = Directory.CreateTempSubdirectory("controller-oidc-").FullName;

        // Debian's Node.js 18 has the web crypto API that the provider uses, but not by default.
        string[] command =
        [
            node, "--experimental-global-webcrypto", script, port.ToString(CultureInfo.InvariantCulture), redirectUri, clientAuthentication,
        ];
        var process = await ServerProcess.StartAsync(directory, "TERM", command, async () =>
        {
            using var probe = new TcpClient();
            await probe.ConnectAsync("127.0.0.1", port);
        });
        return new OidcProvider(process, $"http://127.0.0.1:{port}");
    }

    /// <summary>A TCP port of 127.0.0.1 that was free a moment ago.</summary>
    public static int FreePort() => ServerProcess.FreePort();

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
