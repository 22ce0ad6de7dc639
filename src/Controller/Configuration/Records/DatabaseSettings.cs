namespace Controller.Configuration;

internal enum DatabaseProvider
{
    Sqlite,
    MySql,
    Postgres,
}

internal sealed record DatabaseSettings
{
    public required DatabaseProvider Provider { get; init; }

    /// <summary>Connection to a database server; null for SQLite.</summary>
    public required DatabaseServerSettings? Server { get; init; }

    public required DatabasePoolSettings Pool { get; init; }

    public required SqliteSettings Sqlite { get; init; }

    public required DatabaseLimits Limits { get; init; }
}

internal sealed record DatabaseServerSettings
{
    public required string Host { get; init; }

    public required int Port { get; init; }

    public required string UserName { get; init; }

    public required Secret? Password { get; init; }

    public required string Name { get; init; }

    public required bool UseTls { get; init; }

    /// <summary>CA of that TLS (PEM); null = the server's certificate is not verified.</summary>
    public required string? CertificateAuthorityPem { get; init; }
}

internal sealed record DatabasePoolSettings(int Maximum, int Minimum, TimeSpan IdleTimeout);

internal sealed record SqliteSettings
{
    /// <summary>Full path of the database file.</summary>
    public required string FilePath { get; init; }

    public required bool LogSql { get; init; }

    /// <summary><c>DEFERRED</c>, <c>IMMEDIATE</c> or <c>EXCLUSIVE</c>.</summary>
    public required string TransactionType { get; init; }

    public required string JournalMode { get; init; }

    public required TimeSpan BusyTimeout { get; init; }

    public required string Synchronous { get; init; }

    public required int MaximumActive { get; init; }

    public required int FogWarningThreshold { get; init; }
}

internal sealed record DatabaseLimits
{
    public required int WriteQueueMaxDepth { get; init; }

    public required int WriteQueueBackpressureDepth { get; init; }

    public required int BusyRetryMaxAttempts { get; init; }

    public required TimeSpan BusyRetryBase { get; init; }

    public required TimeSpan ReadinessTimeout { get; init; }

    public required TimeSpan InteractiveTimeout { get; init; }

    public required TimeSpan BackgroundTimeout { get; init; }
}
