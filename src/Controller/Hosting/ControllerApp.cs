using System.Diagnostics;
using Controller.AccessControl;
using Controller.Agents;
using Controller.Applications;
using Controller.ApplicationTemplates;
using Controller.Architectures;
using Controller.Catalog;
using Controller.Certificates;
using Controller.Cluster;
using Controller.ConfigEntries;
using Controller.ConfigMaps;
using Controller.Configuration;
using Controller.ConsoleSite;
using Controller.Events;
using Controller.Fogs;
using Controller.Identity;
using Controller.Identity.Browser;
using Controller.Identity.Interaction;
using Controller.Identity.Issuer;
using Controller.Logging;
using Controller.Microservices;
using Controller.Observability;
using Controller.OpenApi;
using Controller.Platform;
using Controller.Registries;
using Controller.Roles;
using Controller.Router;
using Controller.Secrets;
using Controller.Sessions;
using Controller.SignInPage;
using Controller.Sql;
using Controller.Status;
using Controller.Substitution;
using Controller.Tunnels;
using Controller.VolumeMounts;
using Controller.Ws.Sessions;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Controller.Hosting;

/// <summary>
/// A running Controller: log, database, listeners and background work, started in order and stopped in reverse
/// (runtime 2.1 and 2.8).
/// </summary>
internal sealed partial class ControllerApp : IAsyncDisposable
{
    /// <summary>For running requests, when sessions took the whole drain time.</summary>
    private static readonly TimeSpan LeastStopTime = TimeSpan.FromSeconds(2);

    private readonly WebApplication _api;
    private readonly Database _database;
    private readonly ControllerLog _log;
    private readonly TlsMaterial? _tls;
    private readonly TelemetryExport? _telemetry;
    private readonly ILogger _logger;
    private IDisposable? _malformed;
    private readonly LocalSocket? _local;
    private PidFile? _pid;

    private ControllerApp(
        WebApplication api, Database database, ControllerLog log, TlsMaterial? tls, LocalSocket? local, TelemetryExport? telemetry)
    {
        _api = api;
        _database = database;
        _log = log;
        _tls = tls;
        _local = local;
        _telemetry = telemetry;
        _logger = api.Services.GetRequiredService<ILogger<ControllerApp>>();
    }

    public IServiceProvider Services => _api.Services;

    /// <summary>Where the API listens, for callers that let the system choose the port.</summary>
    public Uri Address => Listening(0);

    /// <summary>Where the Console listens.</summary>
    public Uri ConsoleAddress => Listening(1);

    /// <summary>The socket of the command line; null where there can be none.</summary>
    public string? LocalSocketPath => _local?.Path;

    /// <summary>Starts everything; returns when the API answers.</summary>
    /// <param name="settings">Checked settings.</param>
    /// <param name="customize">For tests: replaces services (clock, log).</param>
    /// <param name="cancel">Gives up starting.</param>
    /// <param name="console">Where the log goes beside its file; standard output unless given.</param>
    /// <exception cref="StartupException">Something the operator must mend.</exception>
    public static async Task<ControllerApp> StartAsync(
        ControllerSettings settings, Action<IServiceCollection>? customize = null, CancellationToken cancel = default, Stream? console = null)
    {
        var log = ControllerLog.Start(settings, console ?? Console.OpenStandardOutput(), TimeProvider.System);
        Initialized(log.CreateLogger(nameof(ControllerApp)));
        TlsMaterial? tls = null;
        Database? database = null;
        WebApplication? api = null;
        TelemetryExport? telemetry = null;
        try
        {
            telemetry = TelemetryExport.Start(settings.Telemetry, log.CreateLogger(nameof(TelemetryExport)));
            tls = TlsMaterial.Load(settings.Server);
            database = await DatabaseStartup.OpenAsync(settings, cancel);

            // After the database: on SQLite its lock says that nobody else serves from this directory.
            var local = LocalSocket.Claim(LocalSocket.PathIn(settings.Data), out var problem);
            if (problem is not null)
            {
                NoLocalSocket(log.CreateLogger(nameof(ControllerApp)), problem);
            }

            api = Build(settings, database, log, kestrel => Listeners.Configure(kestrel, settings, tls, local, ports: true), telemetry, customize);
            var app = new ControllerApp(api, database, log, tls, local, telemetry);
            await app.StartAsync(settings, cancel);
            return app;
        }
        catch (Exception e)
        {
            var failure = Explain(e, settings);
            if (e is not OperationCanceledException)
            {
                Failed(log.CreateLogger(nameof(ControllerApp)), failure.Message);
            }

            if (api is not null)
            {
                await api.DisposeAsync();
            }

            if (database is not null)
            {
                await database.DisposeAsync();
            }

            tls?.Dispose();
            if (telemetry is not null)
            {
                await telemetry.DisposeAsync();
            }

            await log.DisposeAsync();
            if (ReferenceEquals(failure, e))
            {
                throw;
            }

            throw failure;
        }
    }

    /// <summary>
    /// The API for one command, on a socket of its own: no ports, no background work, no part in the cluster. The
    /// database must be up to date.
    /// </summary>
    /// <exception cref="StartupException">The database is in use, missing or out of date, or there is no place for the socket.</exception>
    public static async Task<ControllerApp> StartForCommandAsync(ControllerSettings settings, Stream console, CancellationToken cancel)
    {
        var log = ControllerLog.Start(settings, console, TimeProvider.System, file: false);
        Database? database = null;
        WebApplication? api = null;
        try
        {
            database = await DatabaseStartup.OpenCurrentAsync(settings, cancel);
            var local = LocalSocket.Claim(LocalSocket.PathForCommand(settings.Data), out var problem)
                ?? throw new StartupException($"There is no place for a local socket: {problem}");
            api = Build(
                settings,
                database,
                log,
                kestrel => Listeners.Configure(kestrel, settings, null, local, ports: false),
                telemetry: null,
                services => services.RemoveAll<IHostedService>());
            var app = new ControllerApp(api, database, log, null, local, telemetry: null);
            await app.Services.GetRequiredService<Fleet>().StartAsync(cancel);
            await api.StartAsync(cancel);
            return app;
        }
        catch (Exception e)
        {
            if (api is not null)
            {
                await api.Services.GetRequiredService<Fleet>().StartAbandonedAsync();
                await api.DisposeAsync();
            }

            if (database is not null)
            {
                await database.DisposeAsync();
            }

            await log.DisposeAsync();
            if (Explain(e, settings) is var failure && !ReferenceEquals(failure, e))
            {
                throw failure;
            }

            throw;
        }
    }

    /// <summary>Returns when <paramref name="stop"/> is asked for, or when background work that must not end has ended.</summary>
    public async Task WaitForStopAsync(CancellationToken stop)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var byCaller = stop.Register(() => asked.TrySetResult());
        await using var byHost = Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(() => asked.TrySetResult());
        await asked.Task;
    }

    /// <summary>
    /// Stops gracefully: held polls are answered, sessions are ended, then no new connections, running requests finish,
    /// both within the drain time; agents' status and audit events are written, telemetry and the log are flushed.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        var flusher = _api.Services.GetRequiredService<TelemetryFlusher>();
        var audit = _api.Services.GetRequiredService<AuditQueue>();
        await StopServingAsync();
        Closed(_logger, "API");
        Closed(_logger, "Console");
        await flusher.FinishAsync(CancellationToken.None);
        await audit.FinishAsync();
        _malformed?.Dispose();
        _pid?.Dispose();
        _local?.Remove();
        await _api.DisposeAsync();
        await _database.DisposeAsync();
        _tls?.Dispose();
        if (_telemetry is not null)
        {
            await _telemetry.DisposeAsync();
        }

        await _log.DisposeAsync();
    }

    /// <summary>The listeners stay open while sessions end: their closes still need the connections.</summary>
    private async Task StopServingAsync()
    {
        var total = Services.GetRequiredService<ControllerSettings>().Server.WebSocket.DrainTimeout;
        var startedAt = Stopwatch.GetTimestamp();

        // Held polls are answered and the readiness check says so at once.
        Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await Services.GetRequiredService<SessionEngine>().DrainAsync();

        var left = total - Stopwatch.GetElapsedTime(startedAt);
        using var limit = new CancellationTokenSource(left > LeastStopTime ? left : LeastStopTime);
        await _api.StopAsync(limit.Token);
    }

    private async Task StartAsync(ControllerSettings settings, CancellationToken cancel)
    {
        if (settings.Vault.Enabled)
        {
            NoVault(_logger);
        }

        if (_tls?.Warning is { } warning)
        {
            TlsWarning(_logger, warning);
        }

        // Together, so that SQLite commits them at once.
        await Task.WhenAll(
            Services.GetRequiredService<Fleet>().StartAsync(cancel),
            Services.GetRequiredService<SystemImages>().ApplyAsync(cancel),
            Services.GetRequiredService<Replica>().RegisterAsync(cancel),
            Services.GetRequiredService<IdentityStartup>().RunAsync(cancel),
            Services.GetRequiredService<SessionReconcileJob>().StartAsync(),
            Services.GetRequiredService<FogCountWarning>().CheckAsync(cancel));
        Services.GetRequiredService<ConsoleConfig>().Save();
        _malformed = Services.GetRequiredService<DiagnosticListener>().Subscribe(
            Services.GetRequiredService<MalformedRequests>(), name => name == MalformedRequests.EventName);
        try
        {
            await _api.StartAsync(cancel);
        }
        catch
        {
            await Services.GetRequiredService<Fleet>().StartAbandonedAsync();
            throw;
        }

        _pid = PidFile.Write(settings.App.PidDirectory, _logger);
        Started(_logger, ProductVersion.Controller, Address.Port, ConsoleAddress.Port, _tls is null ? "http" : "https");
    }

    private static Exception Explain(Exception failure, ControllerSettings settings) => failure switch
    {
        StartupException or OperationCanceledException => failure,
        TlsMaterialException tls => new StartupException($"{tls.Message} {tls.InnerException?.Message}", tls),
        DatabaseException or MasterKeyException => new StartupException(failure.Message, failure),
        _ => Listeners.Explain(failure, settings) ?? failure,
    };

    private Uri Listening(int listener) => new(
        _api.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ElementAt(listener)
            .Replace("[::]", "localhost", StringComparison.Ordinal).Replace("0.0.0.0", "localhost", StringComparison.Ordinal));

    private static WebApplication Build(
        ControllerSettings settings,
        Database database,
        ControllerLog log,
        Action<KestrelServerOptions> listeners,
        TelemetryExport? telemetry,
        Action<IServiceCollection>? customize)
    {
        // Empty: no files or variables beside our own configuration, nothing that we do not use.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "controller" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(listeners);
        builder.Services
            .AddSingleton(settings)
            .AddSingleton(database)
            .AddSingleton(TimeProvider.System)
            .AddHosting(settings)
            .AddControllerLog(log)
            .AddStatus(settings)
            .AddConsoleSite()
            .AddCluster()
            .AddAccessControl()
            .AddIdentity(settings)
            .AddSingleton(new SecretCipher(LoadMasterKey(settings.Data)))
            .AddSecrets()
            .AddConfigMaps()
            .AddVolumeMounts()
            .AddCertificates()
            .AddConfigEntries()
            .AddRouter()
            .AddAgents()
            .AddCatalog()
            .AddRegistries()
            .AddPlatform()
            .AddFogs()
            .AddTunnels()
            .AddMicroservices()
            .AddApplications()
            .AddRoles()
            .AddEvents()
            .AddSessions(settings)
            .AddApplicationTemplates()
            .AddSubstitution();
        telemetry?.Configure(builder);
        customize?.Invoke(builder.Services);

        var app = builder.Build();
        telemetry?.Use(app);
        app.MapWhen(ConsoleConnection.Carries, app.Services.GetRequiredService<ConsolePages>().Use);
        TrustedProxies.Use(app, settings.Server.TrustProxy);
        app.Services.GetRequiredService<SocketEntrance>().Use(app);
        var requests = app.Services.GetRequiredService<RequestLog>();
        if (requests.IsOn)
        {
            app.Use(requests.FollowAsync);
        }

        app.Use(app.Services.GetRequiredService<AuditTrail>().FollowAsync);
        app.Use(app.Services.GetRequiredService<ResponseHead>().InvokeAsync);
        app.Use(app.Services.GetRequiredService<ErrorHandling>().InvokeAsync);
        app.Services.GetRequiredService<SignInPages>().Use(app, isApi: true);
        app.UseRouting();
        MapRoutes(new ApiRoutes(app));
        IssuerEndpoints.Map(app);
        return app;
    }

    private static MasterKey LoadMasterKey(DataSettings data) => MasterKey.Load(
        data.EncryptionKey?.Reveal(), data.EncryptionKeyFileIsGiven ? data.EncryptionKeyFile : null, data.Directory);

    /// <summary>Every area of the API, one line each.</summary>
    private static void MapRoutes(ApiRoutes api)
    {
        StatusEndpoints.Map(api);
        OpenApiEndpoints.Map(api);
        IdentityEndpoints.Map(api);
        BrowserEndpoints.Map(api);
        InteractionEndpoints.Map(api);
        MfaEndpoints.Map(api);
        UserEndpoints.Map(api);
        GroupEndpoints.Map(api);
        AuthAdminEndpoints.Map(api);
        AgentPollEndpoints.Map(api);
        AgentMicroserviceEndpoints.Map(api);
        ApplicationEndpoints.Map(api);
        ApplicationTemplateEndpoints.Map(api);
        ControllerRegistrationEndpoints.Map(api);
        MicroserviceEndpoints.Map(api);
        NodeDebugEndpoints.Map(api);
        AgentReadEndpoints.Map(api);
        ArchitectureEndpoints.Map(api);
        CatalogEndpoints.Map(api);
        RegistryEndpoints.Map(api);
        SecretEndpoints.Map(api);
        ConfigMapEndpoints.Map(api);
        VolumeMountEndpoints.Map(api);
        CertificateEndpoints.Map(api);
        ConfigEntryEndpoints.Map(api);
        ReplicaEndpoints.Map(api);
        DefaultRouterEndpoints.Map(api);
        AgentNodeEndpoints.Map(api);
        FogEndpoints.Map(api);
        FogCommandEndpoints.Map(api);
        TunnelEndpoints.Map(api);
        RoleEndpoints.Map(api);
        ServiceAccountEndpoints.Map(api);
        EventEndpoints.Map(api);
        SessionEndpoints.Map(api);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Logger initialized successfully")]
    private static partial void Initialized(ILogger log);

    [LoggerMessage(Level = LogLevel.Information, Message = "Controller {version} serves the API on port {apiPort} and the Console on port {consolePort} ({scheme})")]
    private static partial void Started(ILogger log, string version, int apiPort, int consolePort, string scheme);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Vault initialization failed: vaults are not supported yet. Continuing with internal encryption.")]
    private static partial void NoVault(ILogger log);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{warning}")]
    private static partial void TlsWarning(ILogger log, string warning);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Commands on this machine cannot reach this Controller: {problem}")]
    private static partial void NoLocalSocket(ILogger log, string problem);

    [LoggerMessage(Level = LogLevel.Error, Message = "Initialization failed: {reason}")]
    private static partial void Failed(ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{listener} Server closed.")]
    private static partial void Closed(ILogger log, string listener);
}
