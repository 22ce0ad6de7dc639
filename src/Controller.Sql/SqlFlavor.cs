namespace Controller.Sql;

/// <summary>The database engines the Controller runs on.</summary>
public enum SqlFlavor
{
    /// <summary>One file, one Controller process (the default).</summary>
    Sqlite,

    /// <summary>PostgreSQL, any number of replicas.</summary>
    Postgres,

    /// <summary>MySQL or MariaDB, any number of replicas.</summary>
    MySql,
}
