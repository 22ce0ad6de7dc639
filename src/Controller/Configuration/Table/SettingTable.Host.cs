using static Controller.Configuration.SettingRows;

namespace Controller.Configuration;

/// <summary>Settings of the process, its listeners, files and log.</summary>
internal static partial class SettingTable
{
    private const long MiB = 1024 * 1024;
    private const long GiB = 1024 * MiB;

    private static SettingDefinition[] ConfigurationFile() =>
    [
        Path("CONFIG_PATH", null, null, "The configuration file (YAML).") with
        {
            DefaultNote = "`config.yaml` in the working directory or beside the binary, when there is one",
        },
    ];

    private static SettingDefinition[] Application() =>
    [
        Text("CONTROLLER_NAME", "app.name", "iofog", "Name of the control plane, used for example in generated router and NATS site names."),
        Text("CONTROLLER_UUID", "app.uuid", null, "Fixed id of this replica.") with { DefaultNote = "kept in the database" },
        Choice("CONTROL_PLANE", "app.controlPlane", "Remote", ["Remote", "Kubernetes", "Local"], "Kind of control plane. Shown to the Console only when set."),
        Text("CONTROLLER_NAMESPACE", "app.namespace", "iofog", "Kubernetes namespace, and `$namespace` in vault paths."),
        Choice("CONTROLLER_DISTRIBUTION", "flavor.distribution", "datasance", ["datasance", "iofog"], "Flavour."),
        Text("RBAC_API_VERSION", "flavor.rbacApiVersion", "datasance.com/v3", "`apiVersion` of RBAC documents."),
        Text("SERVICE_ANNOTATION_TAG", "flavor.serviceAnnotationTag", "service.iofog.org/tag", "Annotation key for service tags on Kubernetes Services."),
        Text("COMPONENT_LABEL_DOMAIN", "flavor.componentLabelDomain", "iofog.org/component", "Kubernetes component label key."),
        Text("APP_LABEL", "flavor.defaultAppLabelKey", "iofog", "Kubernetes app label value."),
        Text("CONTROLLER_HOST", null, null, "Host recorded for this replica, and its address for agents.") with
        {
            Fallbacks = ["HOSTNAME"],
            DefaultNote = "host name of the machine",
        },
        Switch("K8S_USE_LOCAL_KUBECONFIG", null, false, "Use the local kubeconfig in place of the in-cluster account."),
        Path("PID_BASE", null, null, "Directory of the file `iofog-controller.pid`.") with { DefaultNote = "the data directory" },
        Text("NODE_ENV", null, null, "Accepted and ignored.") with { IsIgnored = true },
    ];

    private static SettingDefinition[] Server() =>
    [
        Number("API_PORT", "server.port", 51121, "Port of the API.", 1, 65535) with { Variables = ["API_PORT", "SERVER_PORT"] },
        Switch("SERVER_DEV_MODE", "server.devMode", true, "Development mode: listeners without TLS, checks of the public URL and of authentication skipped."),
        Text("CONTROLLER_PUBLIC_URL", "server.publicUrl", null, "External URL of the API, without a slash at the end. Required outside development mode.") with
        {
            DefaultNote = "`http://localhost:<API port>` in development mode",
        },
        new()
        {
            Type = SettingType.TrustProxy,
            Key = "server.trustProxy",
            Variables = ["TRUST_PROXY"],
            Default = "false",
            Summary = "Proxies whose `X-Forwarded-*` headers are believed: `true` for one hop, or a comma-separated list of addresses, subnets and the words `loopback`, `linklocal`, `uniquelocal`.",
        },
        Bytes("MAX_JSON_BODY_BYTES", "server.maxJsonBodyBytes", 4 * MiB, "Largest JSON or form body."),
        Bytes("MAX_UPLOAD_BODY_BYTES", "server.maxUploadBodyBytes", 10 * MiB, "Largest YAML or multipart upload."),
    ];

    private static SettingDefinition[] Tls() =>
    [
        Path("TLS_PATH_KEY", "server.tls.path.key", null, "Private key (PEM file)."),
        Path("TLS_PATH_CERT", "server.tls.path.cert", null, "Certificate (PEM file)."),
        Path("TLS_PATH_INTERMEDIATE_CERT", "server.tls.path.intermediateCert", null, "Intermediate or CA certificates (PEM file)."),
        Base64("TLS_BASE64_KEY", "server.tls.base64.key", "Private key (base64 of PEM).") with { IsSecret = true },
        Base64("TLS_BASE64_CERT", "server.tls.base64.cert", "Certificate (base64 of PEM)."),
        // Text: an unreadable intermediate is a warning, never an error.
        Text("TLS_BASE64_INTERMEDIATE_CERT", "server.tls.base64.intermediateCert", null, "Intermediate or CA certificates (base64 of PEM)."),
    ];

    private static SettingDefinition[] Console() =>
    [
        Number("CONSOLE_PORT", "console.port", 8008, "Port of the Console.", 1, 65535),
        Url("CONSOLE_URL", "console.url", null, "External URL of the Console: CORS origin and base of OAuth redirects. Empty: the public URL.") with
        {
            DefaultNote = "`http://localhost:<Console port>`",
        },
        Path("EDGEOPS_CONSOLE_PATH", null, null, "Directory of the built Console.") with { DefaultNote = "a small built-in page is served" },
        Text("EDGEOPS_CONSOLE_VERSION", null, null, "Version of the Console, shown by the status call.") with
        {
            DefaultNote = "file `VERSION` in the Console's directory",
        },
    ];

    private static SettingDefinition[] Data() =>
    [
        Path("DATA_DIRECTORY", "data.directory", "./data", "Directory of the SQLite file, the master key and the other files the Controller keeps."),
        Base64("ENCRYPTION_KEY", "data.encryptionKey", "Master key for secrets at rest: base64 of 32 random bytes. Excludes ENCRYPTION_KEY_FILE.") with
        {
            IsSecret = true,
            ByteCount = 32,
            DefaultNote = "read from the key file",
        },
        Path("ENCRYPTION_KEY_FILE", "data.encryptionKeyFile", null, "File with the master key.") with { DefaultNote = "`master.key` in the data directory" },
    ];

    private static SettingDefinition[] Log() =>
    [
        // Text: an unknown level is a warning, never an error.
        Text("LOG_LEVEL", "log.level", "info", "Lowest level written: `error` (or `fatal`), `warn`, `info`, `debug`, `silly` (or `trace`)."),
        Path("LOG_DIRECTORY", "log.directory", "/var/log/iofog-controller", "Directory of the log file."),
        new()
        {
            Type = SettingType.Size,
            Key = "log.fileSize",
            Variables = ["LOG_FILE_SIZE"],
            Default = "1073741824",
            Minimum = 1,
            Maximum = long.MaxValue,
            VariableUnitBytes = GiB,
            Unit = "bytes in the file, GiB in the variable",
            Summary = "Size at which the log file is compressed and a new one started.",
        },
        Number("LOG_FILE_COUNT", "log.fileCount", 10, "Compressed log files kept."),
    ];

    private static SettingDefinition[] Telemetry() =>
    [
        Switch("ENABLE_TELEMETRY", "otel.enabled", false, "Send traces and metrics to a collector."),
        Text("OTEL_SERVICE_NAME", "otel.serviceName", "iofog-controller", "Service name."),
        Url("OTEL_EXPORTER_OTLP_ENDPOINT", "otel.endpoint", "http://localhost:4318/v1/traces", "URL for traces, path included. Metrics go to the same URL with `/v1/metrics`."),
        Text("OTEL_EXPORTER_OTLP_PROTOCOL", "otel.protocol", "http/protobuf", "Export protocol; only `http/protobuf`, another is a warning."),
        Secret("OTEL_EXPORTER_OTLP_HEADERS", "otel.headers", "Headers of exports: `key=value,key=value`.") with { JoinsGroups = true },
        Text("OTEL_RESOURCE_ATTRIBUTES", "otel.resourceAttributes", null, "Resource attributes: `key=value,key=value`.") with { JoinsGroups = true },
        Text("OTEL_METRICS_EXPORTER", "otel.metrics.exporter", "otlp", "Exporters of metrics, separated by commas: `otlp` (with `ENABLE_TELEMETRY`), `prometheus` (always), `none`.") with { JoinsGroups = true },
        Milliseconds("OTEL_METRICS_INTERVAL", "otel.metrics.interval", 60000, "Period of metric exports."),
        Text("OTEL_EXPORTER_PROMETHEUS_HOST", "otel.prometheus.host", "localhost", "Where Prometheus finds the metrics: `localhost` or an IP address (`0.0.0.0`: every one)."),
        Number("OTEL_EXPORTER_PROMETHEUS_PORT", "otel.prometheus.port", 9464, "Port on which Prometheus finds the metrics.", 1, 65535),
        Text("OTEL_LOG_LEVEL", "otel.logs.level", "info", "Log level of the telemetry itself: `none` and `error` keep quiet about a collector that does not answer."),
        Text("OTEL_PROPAGATORS", "otel.propagators", "tracecontext,baggage", "Context propagators. With `tracecontext` a request goes on with its caller's trace; without it begins its own.") with { JoinsGroups = true },
        Text("OTEL_TRACES_SAMPLER", "otel.traces.sampler", null, "Sampler: `always_on`, `always_off`, `traceidratio`, or one of them after `parentbased_`.") with { DefaultNote = "every trace" },
        new()
        {
            Type = SettingType.Number,
            Key = "otel.traces.samplerArg",
            Variables = ["OTEL_TRACES_SAMPLER_ARG"],
            Minimum = 0,
            Maximum = 1,
            Summary = "Argument of the sampler: the ratio of traces kept.",
        },
        Number("OTEL_BATCH_SIZE", "otel.batch.size", null, "Spans per export.") with { DefaultNote = "chosen by the exporter" },
        Number("OTEL_BATCH_DELAY", "otel.batch.delay", null, "Longest wait before an export.", 0, unit: "ms") with { DefaultNote = "chosen by the exporter" },
    ];
}
