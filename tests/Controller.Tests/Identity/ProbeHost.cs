using System.Net;
using Controller.AccessControl;
using Controller.Agents;
using Controller.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Controller.Tests.Identity;

/// <summary>Operator routes of our own behind the real gate of a running Controller.</summary>
internal sealed class ProbeHost(WebApplication app) : IAsyncDisposable
{
    public Uri Address => new(app.Urls.First());

    public static async Task<ProbeHost> StartAsync(IdentityHost host, Action<ApiRoutes> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        builder.Services
            .AddSingleton(new RouteCatalog())
            .AddSingleton(host.Service<OperatorGate>())
            .AddSingleton(host.Service<AgentGate>());
        var app = builder.Build();
        app.Use(host.Service<ErrorHandling>().InvokeAsync);
        app.UseRouting();
        map(new ApiRoutes(app));
        await app.StartAsync();
        return new ProbeHost(app);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
