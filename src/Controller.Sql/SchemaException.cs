namespace Controller.Sql;

/// <summary>
/// The database cannot be brought to, or is beyond, the schema this build knows. The message tells an operator what is
/// wrong and what to do; starting again without doing it will fail again, unless the message says it was a wait.
/// </summary>
public sealed class SchemaException : Exception
{
    public SchemaException(string message)
        : base(message)
    {
    }

    public SchemaException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
