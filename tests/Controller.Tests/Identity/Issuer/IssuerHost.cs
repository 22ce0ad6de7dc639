using Controller.Sql.Stores;

namespace Controller.Tests.Identity.Issuer;

/// <summary>A Controller with a user, a browser, and what to do with them.</summary>
internal sealed class IssuerHost(IdentityHost host, UserRow user) : IAsyncDisposable
{
    public const string Email = "alice@example.org";
    public const string Password = "Correct-Horse-7-Battery";

    public IdentityHost Host => host;

    public UserRow User => user;

    public OidcSteps Oidc { get; } = new(host);

    public TestBrowser Browser { get; } = new(host);

    /// <param name="environment">Settings; none starts fastest.</param>
    public static async Task<IssuerHost> StartAsync(Dictionary<string, string>? environment = null)
    {
        var host = await IdentityHost.StartAsync(environment ?? []);
        return new IssuerHost(host, await host.AddUserAsync(Email, Password, ["developer"]));
    }

    /// <summary>Signs the user in and returns the answer to the client.</summary>
    public Task<BrowserAnswer> SignInAsync(params (string Name, string? Value)[] changes) =>
        Oidc.SignInAsync(Browser, Email, Password, changes);

    /// <summary>A fresh code.</summary>
    public async Task<string> CodeAsync(params (string Name, string? Value)[] changes) => (await SignInAsync(changes)).Parameter("code")!;

    public async ValueTask DisposeAsync()
    {
        Browser.Dispose();
        await host.DisposeAsync();
    }
}
