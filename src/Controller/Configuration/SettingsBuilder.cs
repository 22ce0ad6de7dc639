using System.Text;
using Controller.Ws;

namespace Controller.Configuration;

/// <summary>Builds the records from the values of the settings table.</summary>
internal sealed class SettingsBuilder(SettingValues values, SettingProblems problems)
{
    public ControllerSettings Build(string? configFile)
    {
        var data = Data();
        var server = Server();
        var provider = Provider();
        return new ControllerSettings
        {
            ConfigFile = configFile,
            App = App(data),
            Server = server,
            Console = Console(server),
            Log = Log(),
            Database = Database(provider, data),
            Auth = Auth(server, provider),
            Events = Events(),
            Jobs = Jobs(),
            Nats = Nats(),
            SystemImages = new SystemImageSettings(Images("router"), Images("debug"), Images("nats")),
            BridgePorts = values.Ports("bridgePorts.range"),
            Tunnel = Tunnel(),
            Vault = Vault(),
            Telemetry = Telemetry(),
            Data = data,
        };
    }

    private AppSettings App(DataSettings data) => new()
    {
        Name = values.Required("app.name"),
        ReplicaId = values.Text("app.uuid"),
        ControlPlane = Enum.Parse<ControlPlane>(values.Required("app.controlPlane")),
        ControlPlaneIsGiven = values.IsGiven("app.controlPlane"),
        Namespace = values.Required("app.namespace"),
        Distribution = values.Required("flavor.distribution"),
        RbacApiVersion = values.Required("flavor.rbacApiVersion"),
        ServiceAnnotationTag = values.Required("flavor.serviceAnnotationTag"),
        ComponentLabelDomain = values.Required("flavor.componentLabelDomain"),
        AppLabel = values.Required("flavor.defaultAppLabelKey"),
        Host = values.Text("CONTROLLER_HOST") ?? Environment.MachineName,
        AddressForAgents = values.SourceName("CONTROLLER_HOST") == "CONTROLLER_HOST" ? values.Text("CONTROLLER_HOST") : null,
        UseLocalKubeconfig = values.Switch("K8S_USE_LOCAL_KUBECONFIG"),
        PidDirectory = values.Text("PID_BASE") ?? data.Directory,
    };

    private ServerSettings Server()
    {
        var port = values.Integer("server.port");
        var publicUrl = WithoutSlash(values.Text("server.publicUrl"));
        return new ServerSettings
        {
            Port = port,
            DevMode = values.Switch("server.devMode"),
            PublicUrl = publicUrl ?? $"http://localhost:{port}",
            PublicUrlIsGiven = publicUrl is not null,
            TrustProxy = values.Proxies("server.trustProxy"),
            Tls = Tls(),
            WebSocket = WebSocket(),
            Relay = new RelaySettings
            {
                Url = values.Secret("server.webSocket.relay.url"),
                CredentialsFile = values.Text("server.webSocket.relay.credsFile"),
                AuthorityFile = values.Text("server.webSocket.relay.caFile"),
            },
            MaxJsonBodyBytes = values.Integer("server.maxJsonBodyBytes"),
            MaxUploadBodyBytes = values.Integer("server.maxUploadBodyBytes"),
        };
    }

    private TlsSettings Tls() => new()
    {
        KeyPath = values.Text("server.tls.path.key"),
        CertificatePath = values.Text("server.tls.path.cert"),
        IntermediatePath = values.Text("server.tls.path.intermediateCert"),
        KeyBase64 = values.Secret("server.tls.base64.key"),
        CertificateBase64 = values.Text("server.tls.base64.cert"),
        IntermediateBase64 = values.Text("server.tls.base64.intermediateCert"),
    };

    private SessionSettings WebSocket() => new()
    {
        PingInterval = values.Milliseconds("server.webSocket.pingInterval"),
        PongTimeout = values.Milliseconds("server.webSocket.pongTimeout"),
        MaxPayloadBytes = values.Integer("server.webSocket.maxPayload"),
        SecurityMaxPayloadBytes = values.Integer("server.webSocket.security.maxPayload"),
        MaxFrameBytes = values.Integer("server.webSocket.maxFrameSize"),
        HandshakeTimeout = values.Milliseconds("server.webSocket.handshakeTimeout"),
        PerMessageDeflate = values.Switch("server.webSocket.perMessageDeflate"),
        AllowExtensions = values.Switch("server.webSocket.allowExtensions"),
        SessionTimeout = values.Milliseconds("server.webSocket.session.timeout"),
        MaxConnectionsPerSession = values.Integer("server.webSocket.session.maxConnections"),
        CleanupInterval = values.Milliseconds("server.webSocket.session.cleanupInterval"),
        ExecPendingTimeout = values.Milliseconds("server.webSocket.session.execPendingTimeoutMs"),
        ExecMaxDuration = values.Milliseconds("server.webSocket.session.execMaxDurationMs"),
        ExecMaxConcurrentPerResource = values.Integer("server.webSocket.session.execMaxConcurrentPerResource"),
        LogPendingTimeout = values.Milliseconds("server.webSocket.session.logPendingTimeoutMs"),
        LogIdleTimeout = values.Milliseconds("server.webSocket.session.logIdleTimeoutMs"),
        LogMaxConcurrentPerResource = values.Integer("server.webSocket.session.logMaxConcurrentPerResource"),
        LogTailMaxLines = values.Integer("server.webSocket.session.logTailMaxLines"),
        MaxSessionsPerReplica = values.Integer("server.webSocket.session.replicaMaxConcurrentWs"),
        DrainTimeout = values.Milliseconds("server.webSocket.session.drainTimeoutMs"),
        CloseResponseTimeout = values.Milliseconds("WS_CLOSE_RESPONSE_TIMEOUT"),
        CrossReplicaRequiresBroker = values.Switch("server.webSocket.ha.crossReplicaRequiresAmqp"),
        FailFastWithoutBroker = values.Switch("server.webSocket.ha.failFastOnRouterUnavailable"),
        MaxConnectionsPerAddress = values.Integer("server.webSocket.security.maxConnectionsPerIp"),
        MaxUpgradesPerMinutePerAddress = values.Integer("server.webSocket.security.maxRequestsPerMinute"),
        Amqp = new AmqpRelaySettings
        {
            Version = values.Required("server.webSocket.relay.amqp.version") == "0-9-1" ? AmqpVersion.V091 : AmqpVersion.V10,
            PoolSize = values.Integer("server.webSocket.relay.amqp.poolSize"),
            SendTimeout = values.Milliseconds("server.webSocket.relay.amqp.sendTimeoutMs"),
            UnsettledWarnThreshold = values.Integer("server.webSocket.relay.amqp.unsettledWarnThreshold"),
        },
        Nats = new NatsRelaySettings
        {
            MaxPendingBytes = values.Integer("server.webSocket.relay.nats.maxPendingBytes"),
            MaxPendingMessages = values.Integer("server.webSocket.relay.nats.maxPendingMessages"),
            PublishTimeout = values.Milliseconds("server.webSocket.relay.nats.publishTimeoutMs"),
        },
    };

    private ConsoleSettings Console(ServerSettings server)
    {
        var port = values.Integer("console.port");

        // Not given: this machine. Given, but empty: behind the same URL as the API.
        var standIn = values.IsGiven("console.url") ? server.PublicUrl : $"http://localhost:{port}";
        return new ConsoleSettings
        {
            Port = port,
            Url = WithoutSlash(values.Text("console.url")) ?? standIn,
            Path = values.Text("EDGEOPS_CONSOLE_PATH"),
            Version = values.Text("EDGEOPS_CONSOLE_VERSION"),
        };
    }

    private LogSettings Log() => new()
    {
        Threshold = Threshold(values.Required("log.level")),
        Directory = values.Required("log.directory"),
        DirectoryIsGiven = values.IsGiven("log.directory"),
        FileSizeBytes = values.Bytes("log.fileSize"),
        FileCount = values.Integer("log.fileCount"),
    };

    private LogThreshold Threshold(string level)
    {
        switch (level.Trim().ToLowerInvariant())
        {
            case "fatal" or "error":
                return LogThreshold.Error;
            case "warn":
                return LogThreshold.Warn;
            case "info":
                return LogThreshold.Info;
            case "debug":
                return LogThreshold.Debug;
            case "trace" or "silly":
                return LogThreshold.Silly;
            default:
                problems.Warn($"Invalid LOG_LEVEL: {SettingProblems.Shown(level)}. Using default level: info");
                return LogThreshold.Info;
        }
    }

    private DataSettings Data()
    {
        var directory = values.Required("data.directory");
        return new DataSettings
        {
            Directory = directory,
            EncryptionKey = values.Secret("data.encryptionKey"),
            EncryptionKeyFile = values.Text("data.encryptionKeyFile") ?? Path.Combine(directory, "master.key"),
            EncryptionKeyFileIsGiven = values.Text("data.encryptionKeyFile") is not null,
        };
    }

    private DatabaseProvider Provider() => values.Required("database.provider") switch
    {
        "mysql" => DatabaseProvider.MySql,
        "postgres" => DatabaseProvider.Postgres,
        _ => DatabaseProvider.Sqlite,
    };

    private DatabaseSettings Database(DatabaseProvider provider, DataSettings data)
    {
        var isSqlite = provider == DatabaseProvider.Sqlite;
        return new DatabaseSettings
        {
            Provider = provider,
            Server = isSqlite ? null : DatabaseServer(provider),
            Pool = new DatabasePoolSettings(
                values.OptionalInteger("database.<provider>.pool.max") ?? (isSqlite ? 1 : 10),
                values.Integer("database.<provider>.pool.min"),
                values.Milliseconds("database.<provider>.pool.idle")),
            Sqlite = Sqlite(isSqlite, data),
            Limits = new DatabaseLimits
            {
                WriteQueueMaxDepth = values.Integer("settings.dbWriteQueueMaxDepth"),
                WriteQueueBackpressureDepth = values.Integer("settings.dbWriteQueueBackpressureDepth"),
                BusyRetryMaxAttempts = values.Integer("settings.dbBusyRetryMaxAttempts"),
                BusyRetryBase = values.Milliseconds("settings.dbBusyRetryBaseMs"),
                ReadinessTimeout = values.Milliseconds("settings.dbTransactionTimeoutReadinessMs"),
                InteractiveTimeout = values.Milliseconds("settings.dbTransactionTimeoutInteractiveMs"),
                BackgroundTimeout = values.Milliseconds("settings.dbTransactionTimeoutBackgroundMs"),
            },
        };
    }

    private DatabaseServerSettings DatabaseServer(DatabaseProvider provider) => new()
    {
        Host = Needed("database.<provider>.host", "DB_HOST"),
        Port = values.OptionalInteger("database.<provider>.port") ?? (provider == DatabaseProvider.MySql ? 3306 : 5432),
        UserName = Needed("database.<provider>.username", "DB_USERNAME"),
        Password = values.Secret("database.<provider>.password"),
        Name = Needed("database.<provider>.databaseName", "DB_NAME"),
        UseTls = values.Switch("database.<provider>.useSSL"),
        CertificateAuthorityPem = values.Text("database.<provider>.sslCA") is { } base64
            ? Encoding.UTF8.GetString(Convert.FromBase64String(base64))
            : null,
    };

    private string Needed(string id, string variable)
    {
        if (values.Text(id) is { } text)
        {
            return text;
        }

        problems.Error($"{variable} is required when DB_PROVIDER is {values.Required("database.provider")}");
        return "";
    }

    private SqliteSettings Sqlite(bool isActive, DataSettings data)
    {
        var name = (isActive ? values.Text("database.<provider>.databaseName") : null) ?? "controller_db.sqlite";
        return new SqliteSettings
        {
            FilePath = Path.Combine(data.Directory, name.EndsWith(".sqlite", StringComparison.Ordinal) ? name : $"{name}.sqlite"),
            LogSql = values.Switch("database.sqlite.logging"),
            TransactionType = values.Required("database.sqlite.transactionType"),
            JournalMode = values.Required("database.sqlite.pragmas.journalMode"),
            BusyTimeout = values.Milliseconds("database.sqlite.pragmas.busyTimeoutMs"),
            Synchronous = values.Required("database.sqlite.pragmas.synchronous"),
            MaximumActive = values.Integer("database.sqlite.pool.maxActive"),
            FogWarningThreshold = values.Integer("settings.sqliteEnterpriseFogWarningThreshold"),
        };
    }

    private AuthSettings Auth(ServerSettings server, DatabaseProvider provider)
    {
        var isEmbedded = values.Required("auth.mode") == "embedded";
        var sessionLifetime = values.Milliseconds("auth.sessionStore.ttlMs");
        var standInStore = provider == DatabaseProvider.Sqlite ? "memory" : "database";
        return new AuthSettings
        {
            Mode = isEmbedded ? AuthMode.Embedded : AuthMode.External,
            IssuerUrl = isEmbedded ? $"{server.PublicUrl}/oidc" : values.Text("auth.issuerUrl"),
            ClientId = values.Text("auth.client.id") ?? (isEmbedded ? "controller" : null),
            ClientSecret = values.Secret("auth.client.secret"),
            ConsoleClientId = values.Required("auth.consoleClient"),
            ConsoleClientEnabled = values.Switch("auth.consoleClient.enabled"),
            InsecureAllowHttp = values.Switch("auth.insecureAllowHttp"),
            Bootstrap = new BootstrapAdminSettings
            {
                UserName = values.Text("auth.bootstrap.username"),
                Password = values.Secret("auth.bootstrap.password"),
                AllowLog = values.Switch("auth.insecureAllowBootstrapLog"),
            },
            RateLimit = new AuthRateLimitSettings(
                values.Switch("auth.rateLimit.enabled"),
                values.Integer("auth.rateLimit.maxRequestsPerWindow"),
                values.Milliseconds("auth.rateLimit.windowMs")),
            SessionStore = new AuthSessionStoreSettings
            {
                Type = (values.Text("auth.sessionStore.type") ?? standInStore) == "memory" ? SessionStoreType.Memory : SessionStoreType.Database,
                Lifetime = sessionLifetime,
                Secret = values.Secret("auth.sessionStore.secret"),
            },
            CookieKeys = new SecretList(values.List("auth.cookieKeys").Select(key => new Secret(key))),
            OauthInteractionUrl = values.Required("auth.oauthInteractionUrl"),
            Lifetimes = Lifetimes(sessionLifetime),
        };
    }

    private AuthLifetimes Lifetimes(TimeSpan sessionLifetime)
    {
        var interaction = values.OptionalSeconds("auth.oidcTtl.interactionTtlSeconds")
            ?? TimeSpan.FromSeconds(Math.Max(1, Math.Floor(sessionLifetime.TotalSeconds)));
        return new AuthLifetimes
        {
            Interaction = interaction,
            Grant = values.OptionalSeconds("auth.oidcTtl.grantTtlSeconds") ?? interaction,
            Session = values.OptionalSeconds("auth.oidcTtl.sessionTtlSeconds"),
            IdToken = values.OptionalSeconds("auth.oidcTtl.idTokenTtlSeconds"),
            AccessToken = values.OptionalSeconds("auth.tokenTtl.accessTokenTtlSeconds"),
            RefreshToken = values.OptionalSeconds("auth.tokenTtl.refreshTokenTtlSeconds"),
        };
    }

    private EventSettings Events() => new()
    {
        Retention = values.Days("settings.eventRetentionDays"),
        CleanupInterval = values.Seconds("settings.eventCleanupInterval"),
        AuditEnabled = values.Switch("settings.eventAuditEnabled"),
        CaptureIpAddress = values.Switch("settings.eventCaptureIpAddress"),
        AgentReportInterval = values.Seconds("settings.eventAgentReportIntervalSeconds"),
    };

    private JobSettings Jobs() => new()
    {
        AgentChangesHold = values.Seconds("settings.agentChangesHoldSeconds"),
        TelemetryFlush = values.Seconds("settings.telemetryFlushSeconds"),
        FogTombstone = values.Days("settings.fogTombstoneDays"),
        FogStatusInterval = values.Seconds("settings.fogStatusUpdateInterval"),
        FogStatusTolerance = values.Integer("settings.fogStatusUpdateTolerance"),
        FogTokenCleanupInterval = values.Seconds("settings.fogExpiredTokenCleanupInterval"),
        HeartbeatInterval = values.Seconds("settings.controllerHeartbeatInterval"),
        ReplicaInactiveThreshold = values.Seconds("settings.controllerInactiveThreshold"),
        ReplicaCleanupInterval = values.Seconds("settings.controllerCleanupInterval"),
        SessionReconcileInterval = values.Seconds("settings.wsSessionReconcileIntervalSeconds"),
        StartupDelay = values.Seconds("settings.jobStartupDelaySeconds"),
        PlatformWorkerInterval = values.Seconds("settings.fogPlatformReconcileWorkerIntervalSeconds"),
        PlatformTaskStaleness = values.Seconds("settings.fogPlatformReconcileTaskStalenessSeconds"),
        PlatformDeleteTaskStaleness = values.Seconds("settings.fogPlatformDeleteReconcileTaskStalenessSeconds"),
        FogTaskMaxAttempts = values.Integer("settings.fogPlatformReconcileMaxAttempts"),
        ServiceTaskMaxAttempts = values.Integer("settings.servicePlatformReconcileMaxAttempts"),
        TaskBackoffBase = values.Seconds("settings.fogPlatformReconcileBackoffBaseSeconds"),
        PlatformSweepInterval = values.Seconds("settings.fogPlatformSweepIntervalSeconds"),
        HubRouterLockTimeout = values.Seconds("settings.hubRouterConfigLockTimeoutSeconds"),
        LoadBalancerWatchTimeout = values.Seconds("settings.serviceLoadBalancerWatchTimeoutSeconds"),
        OutboxDrainInterval = values.Seconds("settings.reconcileOutboxDrainerIntervalSeconds"),
        OutboxBatchSize = values.Integer("settings.reconcileOutboxDrainerBatchSize"),
        FogNotifyBatchSize = values.Integer("settings.agentPropagationFogNotifyBatchSize"),
    };

    private NatsSettings Nats() => new()
    {
        Enabled = values.Switch("nats.enabled"),
        ReconcileChunkSize = values.Integer("settings.natsReconcileChunkSize"),
        ReconcileTaskStaleness = values.Seconds("settings.natsReconcileTaskStalenessSeconds"),
        ReconcileWorkerInterval = values.Seconds("settings.natsReconcileWorkerIntervalSeconds"),
    };

    private ArchitectureImages Images(string part)
    {
        return new ArchitectureImages(Image(1), Image(2), Image(3), Image(4));

        string Image(int architecture) => values.Text($"systemImages.{part}.{architecture}") ?? "";
    }

    private TunnelSettings Tunnel() => new()
    {
        RemotePorts = values.Ports("tunnel.portRange"),
        UserName = values.Text("tunnel.username"),
        Password = values.Secret("tunnel.password"),
        Host = values.Text("tunnel.host"),
        RsaKey = values.Secret("tunnel.rsaKey"),
        LocalPort = values.OptionalInteger("tunnel.lport"),
    };

    private VaultSettings Vault() => new()
    {
        Enabled = values.Switch("vault.enabled"),
        Provider = values.Text("vault.provider"),
        BasePath = values.Required("vault.basePath").Replace("$namespace", values.Required("app.namespace"), StringComparison.Ordinal),
        HashiCorp = new HashiCorpVaultSettings(
            values.Text("vault.hashicorp.address"), values.Secret("vault.hashicorp.token"), values.Required("vault.hashicorp.mount")),
        Aws = new AwsVaultSettings(values.Required("vault.aws.region"), values.Text("vault.aws.accessKeyId"), values.Secret("vault.aws.accessKey")),
        Azure = new AzureVaultSettings(
            values.Text("vault.azure.url"), values.Text("vault.azure.tenantId"), values.Text("vault.azure.clientId"), values.Secret("vault.azure.clientSecret")),
        Google = new GoogleVaultSettings(values.Text("vault.google.projectId"), values.Text("vault.google.credentials")),
    };

    private TelemetrySettings Telemetry() => new()
    {
        Enabled = values.Switch("otel.enabled"),
        ServiceName = values.Required("otel.serviceName"),
        Endpoint = values.Required("otel.endpoint"),
        Protocol = values.Required("otel.protocol"),
        Headers = values.Secret("otel.headers"),
        ResourceAttributes = values.Text("otel.resourceAttributes"),
        MetricsExporter = values.Required("otel.metrics.exporter"),
        MetricsInterval = values.Milliseconds("otel.metrics.interval"),
        PrometheusHost = values.Required("otel.prometheus.host"),
        PrometheusPort = values.Integer("otel.prometheus.port"),
        LogLevel = values.Required("otel.logs.level"),
        Propagators = values.Required("otel.propagators"),
        TracesSampler = values.Text("otel.traces.sampler"),
        TracesSamplerArgument = values.Number("otel.traces.samplerArg"),
        BatchSize = values.OptionalInteger("otel.batch.size"),
        BatchDelay = values.OptionalMilliseconds("otel.batch.delay"),
    };

    /// <summary>Exactly one slash at the end is dropped.</summary>
    private static string? WithoutSlash(string? url) => url is not null && url.EndsWith('/') ? url[..^1] : url;
}
