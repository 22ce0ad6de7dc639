namespace Controller.Sql;

/// <summary>The database a controller keeps its data in.</summary>
public enum SqlFlavor
{
    /// <summary>One file, one replica.</summary>
    Sqlite,

    /// <summary>PostgreSQL, any number of replicas.</summary>
    Postgres,

    /// <summary>MySQL or MariaDB, any number of replicas.</summary>
    MySql,
}
