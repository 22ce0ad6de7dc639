using System.Net;
using Controller.AccessControl;
using Controller.Agents;
using Controller.Configuration;
using Controller.Identity;
using Controller.Microservices;
using Controller.Secrets;
using Controller.Sql;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Controller.Hosting;

/// <summary>A running Controller: database, API listener and background work, started in order and stopped in reverse.</summary>
internal sealed class ControllerApp : IAsyncDisposable
{
    private readonly WebApplication _api;
    private readonly Database _database;

    private ControllerApp(WebApplication api, Database database)
    {
        _api = api;
        _database = database;
    }

    public IServiceProvider Services => _api.Services;

    /// <summary>Where the API listens, for callers that let the system choose the port.</summary>
    public Uri Address => new(_api.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()
        .Replace("[::]", "localhost", StringComparison.Ordinal).Replace("0.0.0.0", "localhost", StringComparison.Ordinal));

    /// <summary>Starts everything; returns when the API answers.</summary>
    /// <param name="settings">Checked settings.</param>
    /// <param name="customize">For tests: replaces services (clock, log).</param>
    /// <param name="cancel">Gives up starting.</param>
    /// <exception cref="StartupException">Something the operator must mend.</exception>
    public static async Task<ControllerApp> StartAsync(
        ControllerSettings settings, Action<IServiceCollection>? customize = null, CancellationToken cancel = default)
    {
        IdentityStartup.Check(settings);
        var database = await DatabaseStartup.OpenAsync(settings, cancel);
        WebApplication? api = null;
        try
        {
            api = Build(settings, database, customize);
            var app = new ControllerApp(api, database);
            await api.Services.GetRequiredService<IdentityStartup>().RunAsync(cancel);
            await api.Services.GetRequiredService<Fleet>().StartAsync(cancel);
            await api.StartAsync(cancel);
            return app;
        }
        catch (Exception e)
        {
            if (api is not null)
            {
                await api.DisposeAsync();
            }

            await database.DisposeAsync();
            throw e is IOException or DatabaseException or MasterKeyException ? new StartupException(e.Message, e) : e;
        }
    }

    public Task WaitForShutdownAsync() => _api.WaitForShutdownAsync();

    /// <summary>Stops gracefully: running requests finish, held polls are answered, telemetry is written.</summary>
    public async ValueTask DisposeAsync()
    {
        var flusher = _api.Services.GetRequiredService<TelemetryFlusher>();
        await _api.StopAsync();
        await flusher.FinishAsync(CancellationToken.None);
        await _api.DisposeAsync();
        await _database.DisposeAsync();
    }

    private static WebApplication Build(ControllerSettings settings, Database database, Action<IServiceCollection>? customize)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = settings.Server.MaxUploadBodyBytes;
            kestrel.Listen(IPAddress.Any, settings.Server.Port);
        });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services
            .AddSingleton(settings)
            .AddSingleton(database)
            .AddSingleton(TimeProvider.System)
            .AddSingleton<RouteCatalog>()
            .AddAccessControl()
            .AddIdentity()
            .AddSingleton(new SecretCipher(LoadMasterKey(settings.Data)))
            .AddAgents()
            .AddMicroservices();
        customize?.Invoke(builder.Services);

        var app = builder.Build();
        app.UseMiddleware<ErrorHandling>();
        app.UseRouting();
        MapRoutes(new ApiRoutes(app));
        return app;
    }

    private static MasterKey LoadMasterKey(DataSettings data)
    {
        try
        {
            return MasterKey.Load(data.EncryptionKey?.Reveal(), data.EncryptionKeyFileIsGiven ? data.EncryptionKeyFile : null, data.Directory);
        }
        catch (MasterKeyException e)
        {
            throw new StartupException(e.Message, e);
        }
    }

    /// <summary>Every area of the API, one line each.</summary>
    private static void MapRoutes(ApiRoutes api)
    {
        AgentPollEndpoints.Map(api);
        ControllerRegistrationEndpoints.Map(api);
        MicroserviceEndpoints.Map(api);
        NodeDebugEndpoints.Map(api);
    }
}
