namespace Controller.Sql;

/// <summary>What went wrong in the database, as far as a caller can act on it.</summary>
public enum DatabaseFault
{
    /// <summary>A unique index refused the row.</summary>
    UniqueViolation,

    /// <summary>A foreign key refused the row.</summary>
    ForeignKeyViolation,

    /// <summary>A value does not fit its column: too long, out of range, or text the engine cannot store.</summary>
    InvalidValue,

    /// <summary>Serialisation failure, deadlock or lock time-out: the whole transaction can be tried again.</summary>
    Conflict,

    /// <summary>Unreachable, full, read-only, out of connections: nothing was written; try later.</summary>
    Unavailable,

    /// <summary>The statement itself is wrong.</summary>
    Other,
}

/// <summary>Any failure of the database, classified; the engine's own exception is the inner one.</summary>
public sealed class DatabaseException(DatabaseFault fault, string message, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>What kind of failure it is.</summary>
    public DatabaseFault Fault { get; } = fault;
}
