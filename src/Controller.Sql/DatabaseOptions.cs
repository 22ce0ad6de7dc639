namespace Controller.Sql;

/// <summary>Where the database is and how to reach it.</summary>
public sealed record DatabaseOptions
{
    /// <summary>The engine.</summary>
    public SqlFlavor Flavor { get; init; } = SqlFlavor.Sqlite;

    /// <summary>False = a database that does not exist is an error and is not created.</summary>
    public bool MayCreate { get; init; } = true;

    /// <summary>SQLite only: the database file. Its directory is created when missing.</summary>
    public string SqlitePath { get; init; } = "controller_db.sqlite";

    /// <summary>Server host (PostgreSQL, MySQL).</summary>
    public string Host { get; init; } = "localhost";

    /// <summary>Server port; 0 means the engine's own default.</summary>
    public int Port { get; init; }

    /// <summary>Server user.</summary>
    public string Username { get; init; } = "";

    /// <summary>Server password.</summary>
    public string Password { get; init; } = "";

    /// <summary>Database name on the server; created when it does not exist.</summary>
    public string Name { get; init; } = "controller";

    /// <summary>Encrypt the connection. Without <see cref="SslCaPem"/> the server's certificate is not verified.</summary>
    public bool UseSsl { get; init; }

    /// <summary>PEM of the authority that signed the server's certificate; turns verification on.</summary>
    public string? SslCaPem { get; init; }

    /// <summary>Most connections to the server at once.</summary>
    public int MaxPoolSize { get; init; } = 10;

    /// <summary>How often a transaction is tried again after a serialisation failure or deadlock.</summary>
    public int RetryMaxAttempts { get; init; } = 8;

    /// <summary>Wait before the first retry, doubled each time.</summary>
    public TimeSpan RetryBaseDelay { get; init; } = TimeSpan.FromMilliseconds(25);
}
