namespace Controller.Sql.Stores;

/// <summary>The three tables of sessions, which are alike but for whose sessions they hold (websocket 10).</summary>
public sealed class SessionTable
{
    /// <summary>Terminals in microservices.</summary>
    public static readonly SessionTable Exec = new(
        "MicroserviceExecSessions", "microservice_uuid", """m."iofog_uuid" """, "NULL", """ JOIN "Microservices" m ON m."uuid" = s."microservice_uuid" """, "Microservices");

    /// <summary>Logs of microservices.</summary>
    public static readonly SessionTable MicroserviceLogs = new(
        "MicroserviceLogStatuses", "microservice_uuid", """m."iofog_uuid" """, """s."tail_config" """, """ JOIN "Microservices" m ON m."uuid" = s."microservice_uuid" """, "Microservices");

    /// <summary>Logs of nodes.</summary>
    public static readonly SessionTable NodeLogs = new("FogLogStatuses", "iofog_uuid", """s."iofog_uuid" """, """s."tail_config" """, "", "Fogs");

    /// <summary>Every table.</summary>
    public static readonly IReadOnlyList<SessionTable> All = [Exec, MicroserviceLogs, NodeLogs];

    private SessionTable(string name, string owner, string fog, string tail, string join, string owners)
    {
        Name = name;
        Owner = owner;
        Owners = owners;
        Select =
            $"""
            SELECT s."session_id", s."{owner}", {fog}, s."status", {tail}, s."user_connected", s."agent_connected",
                   s."user_replica", s."agent_replica", s."updated_at"
            FROM "{name}" s{join}
            """;
    }

    /// <summary>Name of the table.</summary>
    internal string Name { get; }

    /// <summary>The column with the uuid of the microservice or fog.</summary>
    internal string Owner { get; }

    /// <summary>The table of those microservices or fogs.</summary>
    internal string Owners { get; }

    /// <summary>The columns of <see cref="SessionRow"/>, with the table as <c>s</c>.</summary>
    internal string Select { get; }
}
