namespace Controller.Sql;

/// <summary>How much an acknowledged write survives.</summary>
public enum Durability
{
    /// <summary>On stable storage before the caller is answered: survives a power cut.</summary>
    Durable,

    /// <summary>
    /// Survives a killed process; a power cut may undo the last moments of it. For what its sender repeats by
    /// itself. SQLite leaves out the fsync; PostgreSQL commits asynchronously (a crash of the server loses well under a
    /// second); MySQL makes no difference.
    /// </summary>
    Relaxed,
}
