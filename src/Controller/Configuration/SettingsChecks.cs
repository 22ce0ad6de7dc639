namespace Controller.Configuration;

/// <summary>Checks that concern more than one setting.</summary>
internal static class SettingsChecks
{
    private static readonly string[] Samplers =
    [
        "always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio",
    ];

    public static void Run(ControllerSettings settings, SettingValues values, SettingProblems problems)
    {
        CheckPublicUrl(settings, problems);
        CheckAuth(settings, values, problems);
        CheckTls(settings.Server, problems);
        CheckEncryptionKey(settings.Data, problems);
        CheckFiles(settings, problems);
        CheckTelemetry(settings.Telemetry, problems);
        CheckRelay(settings, problems);
    }

    private static void CheckRelay(ControllerSettings settings, SettingProblems problems)
    {
        var relay = settings.Server.Relay;
        if (relay.Url is not { } given)
        {
            if ((relay.CredentialsFile ?? relay.AuthorityFile) is not null)
            {
                problems.Warn("WS_RELAY_CREDS_FILE and WS_RELAY_CA_FILE have no effect without WS_RELAY_URL");
            }

            return;
        }

        // The URL itself is not shown: it may hold a password.
        var schemes = settings.Nats.Enabled ? (string[])["nats", "tls"] : ["amqp", "amqps"];
        if (!Uri.TryCreate(given.Reveal(), UriKind.Absolute, out var url) || url.Host.Length == 0 || !schemes.Contains(url.Scheme))
        {
            problems.Error($"WS_RELAY_URL must be a URL that starts with {schemes[0]}:// or {schemes[1]}:// while NATS_ENABLED is {(settings.Nats.Enabled ? "true" : "false")}");
        }
    }

    private static void CheckPublicUrl(ControllerSettings settings, SettingProblems problems)
    {
        var server = settings.Server;
        if (!server.PublicUrlIsGiven)
        {
            if (!server.DevMode)
            {
                problems.Error("CONTROLLER_PUBLIC_URL is required in production mode");
            }
        }
        else if (!Uri.TryCreate(server.PublicUrl, UriKind.Absolute, out var url) || url.Host.Length == 0)
        {
            // In development mode as well: issuer and redirects are built from it.
            problems.Error("CONTROLLER_PUBLIC_URL must be a valid URL");
        }
        else if (!server.DevMode && url.Scheme != Uri.UriSchemeHttps && !settings.Auth.InsecureAllowHttp)
        {
            problems.Error("CONTROLLER_PUBLIC_URL must use https in production unless auth.insecureAllowHttp is true");
        }
        else if (url.Scheme is not ("http" or "https"))
        {
            problems.Error("CONTROLLER_PUBLIC_URL must be a valid URL");
        }
    }

    private static void CheckAuth(ControllerSettings settings, SettingValues values, SettingProblems problems)
    {
        if (settings.Auth.Mode == AuthMode.Embedded && values.Text("auth.issuerUrl") is not null)
        {
            problems.Warn("OIDC_ISSUER_URL is set but AUTH_MODE is embedded: the embedded issuer is used");
        }

        if (settings.Auth is { Mode: AuthMode.External, InsecureAllowHttp: false, IssuerUrl: { } issuer }
            && !issuer.StartsWith("https:", StringComparison.OrdinalIgnoreCase))
        {
            problems.Error("OIDC_ISSUER_URL must use https unless auth.insecureAllowHttp is true");
        }

        if (settings.Auth.IsConfigured || values.IsRefused("auth.issuerUrl"))
        {
            return;
        }

        if (settings.Server.DevMode)
        {
            problems.Warn("AUTH_MODE is external but OIDC_ISSUER_URL, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET are not all set: no operator can sign in");
        }
        else
        {
            problems.Error("Auth configuration required in production mode");
        }
    }

    private static void CheckTls(ServerSettings server, SettingProblems problems)
    {
        if (server.DevMode && server.Tls.IsStarted)
        {
            problems.Warn("TLS is configured but SERVER_DEV_MODE is true: the listeners use plain HTTP");
        }
        else if (server.Tls.IsStarted && !server.Tls.IsComplete)
        {
            problems.Warn("TLS needs both a key and a certificate, as files or as base64; one is missing: the listeners use plain HTTP");
        }
    }

    private static void CheckEncryptionKey(DataSettings data, SettingProblems problems)
    {
        if (data.EncryptionKey is not null && data.EncryptionKeyFileIsGiven)
        {
            problems.Error("ENCRYPTION_KEY and ENCRYPTION_KEY_FILE are both set; only one of them is allowed");
        }
    }

    private static void CheckFiles(ControllerSettings settings, SettingProblems problems)
    {
        if (settings.Console.Path is { } path && !Directory.Exists(path))
        {
            problems.Warn($"EDGEOPS_CONSOLE_PATH: there is no directory {SettingProblems.Shown(path)}; the built-in page is served");
        }
    }

    /// <summary>OpenTelemetry wants words that it does not know ignored with a warning.</summary>
    private static void CheckTelemetry(TelemetrySettings telemetry, SettingProblems problems)
    {
        foreach (var (variable, words, known, effect) in (ReadOnlySpan<(string, string, string[], string)>)
        [
            ("OTEL_EXPORTER_OTLP_PROTOCOL", telemetry.Protocol, ["http/protobuf"], "telemetry is sent as http/protobuf"),
            ("OTEL_METRICS_EXPORTER", telemetry.MetricsExporter, ["otlp", "prometheus", "none"], "ignored"),
            ("OTEL_PROPAGATORS", telemetry.Propagators, ["tracecontext", "baggage", "none"], "ignored"),
            ("OTEL_TRACES_SAMPLER", telemetry.TracesSampler ?? "", Samplers, "every trace is kept"),
        ])
        {
            foreach (var word in TelemetrySettings.Names(words).Except(known))
            {
                problems.Warn($"{variable}: \"{SettingProblems.Shown(word)}\" is not one of {string.Join(", ", known)}; {effect}");
            }
        }
    }
}
