using System.Net;
using System.Text.Json.Nodes;
using Controller.AccessControl;
using Controller.Testing;
using Controller.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Controller.Tests.Identity.External;

/// <summary>A Controller whose operators are known by a fake identity provider; both go by the test's clock.</summary>
internal sealed class ExternalHost : IAsyncDisposable
{
    private readonly TempDirectory _directory;

    private ExternalHost(TempDirectory directory, FakeIdentityProvider provider, IdentityHost controller, ProviderKey key)
    {
        _directory = directory;
        Provider = provider;
        Controller = controller;
        Key = key;
    }

    public FakeIdentityProvider Provider { get; }

    public IdentityHost Controller { get; }

    public FakeTimeProvider Clock => Controller.Clock;

    /// <summary>The provider's first key.</summary>
    public ProviderKey Key { get; }

    /// <param name="settings">Changes to the settings.</param>
    /// <param name="isNew">Starts without any data; else on those of an embedded installation, which is much faster.</param>
    public static async Task<ExternalHost> StartAsync(Action<Dictionary<string, string>>? settings = null, bool isNew = false)
    {
        var directory = new TempDirectory();
        if (!isNew)
        {
            await FreshInstallation.CopyToAsync(directory.Path);
        }

        var clock = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1782000000));
        var provider = await FakeIdentityProvider.StartAsync(clock);
        var environment = provider.Environment;
        settings?.Invoke(environment);
        return new ExternalHost(directory, provider, await IdentityHost.StartAsync(environment, directory.Path, clock), provider.AddKey());
    }

    /// <summary>A token that the Controller has not seen.</summary>
    public string Token(Action<JsonObject>? change = null) => Provider.AccessToken(Key, change);

    public ValueTask<OperatorIdentity?> ValidateAsync(string token) => Controller.ValidateAsync(token);

    /// <summary>Asks for something that every role may read.</summary>
    public async Task<(HttpStatusCode Status, JsonNode? Body, HttpResponseMessage Response)> ReadAsync(string token) =>
        await Controller.SendAsync("GET", "/api/v3/registries", authorization: $"Bearer {token}");

    public async Task<HttpStatusCode> StatusAsync(string token) => (await ReadAsync(token)).Status;

    public async ValueTask DisposeAsync()
    {
        await Controller.DisposeAsync();
        await Provider.DisposeAsync();
        _directory.Dispose();
    }
}
