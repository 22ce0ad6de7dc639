using System.Net;
using Controller.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Controller.Tests.Identity;

/// <summary>Operator routes of our own behind the real gate of a running Controller.</summary>
internal sealed class ProbeHost(WebApplication app) : IAsyncDisposable
{
    public Uri Address => new(app.Urls.First());

    public static Task<ProbeHost> StartAsync(IdentityHost host, Action<ApiRoutes> map) => StartAsync(host.Controller.App.Services, map);

    public static async Task<ProbeHost> StartAsync(IServiceProvider services, Action<ApiRoutes> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.Use(services.GetRequiredService<ErrorHandling>().InvokeAsync);
        app.UseRouting();
        map(new ApiRoutes(new Routes(app, services)));
        await app.StartAsync();
        return new ProbeHost(app);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    /// <summary>The probe's routes with the Controller's services.</summary>
    private sealed class Routes(IEndpointRouteBuilder app, IServiceProvider services) : IEndpointRouteBuilder
    {
        public IServiceProvider ServiceProvider => services;

        public ICollection<EndpointDataSource> DataSources => app.DataSources;

        public IApplicationBuilder CreateApplicationBuilder() => app.CreateApplicationBuilder();
    }
}
