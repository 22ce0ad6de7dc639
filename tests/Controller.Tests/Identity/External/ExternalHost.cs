using System.Net;
using System.Text.Json.Nodes;
using Controller.AccessControl;
using Controller.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Controller.Tests.Identity.External;

/// <summary>A Controller whose operators are known by a fake identity provider; both go by the test's clock.</summary>
internal sealed class ExternalHost : IAsyncDisposable
{
    private ExternalHost(FakeIdentityProvider provider, IdentityHost controller, ProviderKey key)
    {
        Provider = provider;
        Controller = controller;
        Key = key;
    }

    public FakeIdentityProvider Provider { get; }

    public IdentityHost Controller { get; }

    public FakeTimeProvider Clock => Controller.Clock;

    /// <summary>The provider's first key.</summary>
    public ProviderKey Key { get; }

    public static async Task<ExternalHost> StartAsync(Action<Dictionary<string, string>>? settings = null)
    {
        var clock = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1782000000));
        var provider = await FakeIdentityProvider.StartAsync(clock);
        var environment = provider.Environment;
        settings?.Invoke(environment);
        return new ExternalHost(provider, await IdentityHost.StartAsync(environment, clock: clock), provider.AddKey());
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
    }
}
