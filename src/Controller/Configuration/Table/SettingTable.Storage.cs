using static Controller.Configuration.SettingRows;

namespace Controller.Configuration;

/// <summary>Settings of the database and of the secret store.</summary>
internal static partial class SettingTable
{
    private static SettingDefinition[] Database() =>
    [
        Choice("DB_PROVIDER", "database.provider", "sqlite", ["sqlite", "mysql", "postgres"], "Database. The other `DB_` variables apply to this provider."),
        Text("DB_HOST", "database.<provider>.host", null, "Host of the database server. Required for mysql and postgres."),
        Number("DB_PORT", "database.<provider>.port", null, "Port of the database server.", 1, 65535) with { DefaultNote = "3306 for mysql, 5432 for postgres" },
        Text("DB_USERNAME", "database.<provider>.username", null, "User. Required for mysql and postgres."),
        Secret("DB_PASSWORD", "database.<provider>.password", "Password."),
        Text("DB_NAME", "database.<provider>.databaseName", null, "Name of the database; required for mysql and postgres. For sqlite the file in the data directory, `.sqlite` is added when missing.") with
        {
            DefaultNote = "`controller_db.sqlite` for sqlite",
        },
        Switch("DB_USE_SSL", "database.<provider>.useSSL", false, "TLS to the database server."),
        Base64("DB_SSL_CA", "database.<provider>.sslCA", "CA of that TLS (base64 of PEM). Without it the server's certificate is not verified."),
        Number(null, "database.<provider>.pool.max", null, "Most connections.") with { DefaultNote = "10; 1 for sqlite" },
        Number(null, "database.<provider>.pool.min", 0, "Fewest connections.", 0),
        Milliseconds(null, "database.<provider>.pool.idle", 20000, "Idle time after which a connection is closed.", 0),
        Number(null, "database.sqlite.pool.maxActive", 1, "Connections in use at a time."),
        Switch(null, "database.sqlite.logging", false, "Log SQL."),
        Choice(null, "database.sqlite.transactionType", "IMMEDIATE", ["DEFERRED", "IMMEDIATE", "EXCLUSIVE"], "How transactions begin."),
        Choice(null, "database.sqlite.pragmas.journalMode", "WAL", ["WAL", "DELETE", "TRUNCATE", "PERSIST", "MEMORY", "OFF"], "Journal mode."),
        Milliseconds(null, "database.sqlite.pragmas.busyTimeoutMs", 10000, "Wait for a lock of another process.", 0),
        Choice(null, "database.sqlite.pragmas.synchronous", "NORMAL", ["OFF", "NORMAL", "FULL", "EXTRA"], "When writes are forced to storage; changes made by people are always forced."),
        Number("SQLITE_ENTERPRISE_FOG_WARNING_THRESHOLD", "settings.sqliteEnterpriseFogWarningThreshold", 50, "Fogs on SQLite above which a warning is logged.", 0),
        Number("DB_WRITE_QUEUE_MAX_DEPTH", "settings.dbWriteQueueMaxDepth", 256, "Depth of the SQLite write queue that logs an error."),
        Number("DB_WRITE_QUEUE_BACKPRESSURE_DEPTH", "settings.dbWriteQueueBackpressureDepth", 32, "Depth of the SQLite write queue above which new background work waits."),
        Number("DB_BUSY_RETRY_MAX_ATTEMPTS", "settings.dbBusyRetryMaxAttempts", 8, "Retries of a transaction that met a lock.", 0, 100),
        Milliseconds("DB_BUSY_RETRY_BASE_MS", "settings.dbBusyRetryBaseMs", 25, "First wait between retries; doubled each time."),
        Milliseconds("DB_TRANSACTION_TIMEOUT_READINESS_MS", "settings.dbTransactionTimeoutReadinessMs", 5000, "Longest readiness query."),
        Milliseconds("DB_TRANSACTION_TIMEOUT_INTERACTIVE_MS", "settings.dbTransactionTimeoutInteractiveMs", 15000, "Longest transaction of a request."),
        Milliseconds("DB_TRANSACTION_TIMEOUT_BACKGROUND_MS", "settings.dbTransactionTimeoutBackgroundMs", 120000, "Longest transaction of a job."),
    ];

    private static SettingDefinition[] Vault() =>
    [
        Switch("VAULT_ENABLED", "vault.enabled", false, "Keep secrets in an external store. Not supported yet: a warning at start, and secrets stay encrypted in the database."),
        // Text: a wrong provider disables the vault with a warning, it does not stop the start.
        Text("VAULT_PROVIDER", "vault.provider", null, "`hashicorp` (`vault`, `openbao`), `aws` (`aws-secrets-manager`), `azure` (`azure-key-vault`) or `google` (`gcp`, `google-secret-manager`)."),
        Text("VAULT_BASE_PATH", "vault.basePath", "iofog/$namespace/secrets", "Path prefix; `$namespace` is replaced."),
        Url("VAULT_HASHICORP_ADDRESS", "vault.hashicorp.address", null, "HashiCorp Vault or OpenBao: address."),
        Secret("VAULT_HASHICORP_TOKEN", "vault.hashicorp.token", "HashiCorp Vault or OpenBao: token."),
        Text("VAULT_HASHICORP_MOUNT", "vault.hashicorp.mount", "secret", "HashiCorp Vault or OpenBao: mount of the key-value engine."),
        Text("VAULT_AWS_REGION", "vault.aws.region", "us-east-1", "AWS: region.") with { Fallbacks = ["AWS_REGION"] },
        Text("VAULT_AWS_ACCESS_KEY_ID", "vault.aws.accessKeyId", null, "AWS: id of the access key.") with { Fallbacks = ["AWS_ACCESS_KEY_ID"] },
        Secret("VAULT_AWS_ACCESS_KEY", "vault.aws.accessKey", "AWS: secret access key.") with { Fallbacks = ["AWS_SECRET_ACCESS_KEY"] },
        Url("VAULT_AZURE_URL", "vault.azure.url", null, "Azure Key Vault: URL."),
        Text("VAULT_AZURE_TENANT_ID", "vault.azure.tenantId", null, "Azure: tenant.") with { Fallbacks = ["AZURE_TENANT_ID"] },
        Text("VAULT_AZURE_CLIENT_ID", "vault.azure.clientId", null, "Azure: client.") with { Fallbacks = ["AZURE_CLIENT_ID"] },
        Secret("VAULT_AZURE_CLIENT_SECRET", "vault.azure.clientSecret", "Azure: secret of the client.") with { Fallbacks = ["AZURE_CLIENT_SECRET"] },
        Text("VAULT_GOOGLE_PROJECT_ID", "vault.google.projectId", null, "Google Cloud: project.") with { Fallbacks = ["GCP_PROJECT_ID"] },
        Path("VAULT_GOOGLE_CREDENTIALS", "vault.google.credentials", null, "Google Cloud: key file of the service account.") with { Fallbacks = ["GOOGLE_APPLICATION_CREDENTIALS"] },
    ];
}
