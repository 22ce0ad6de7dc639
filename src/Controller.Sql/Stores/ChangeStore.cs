namespace Controller.Sql.Stores;

/// <summary>One raised change of a fog.</summary>
/// <param name="Id">Row id.</param>
/// <param name="Flags">What changed.</param>
/// <param name="LastUpdated">Stamp in the wire's form; texts of this form order like the times.</param>
/// <param name="Served">Whether an answer to the agent has shown this row.</param>
public sealed record ChangeRow(long Id, ChangeFlags Flags, string LastUpdated, bool Served);

/// <summary>
/// The log of change flags (<c>ChangeTrackings</c>). A row leaves only when the agent acknowledges an answer that
/// showed it: the <c>served</c> mark (ours) is what a PATCH may delete, so a row committed late is never lost however
/// its stamp compares.
/// </summary>
public static class ChangeStore
{
    private static readonly (ChangeFlags Flag, string Column)[] Columns =
    [
        (ChangeFlags.Config, "config"), (ChangeFlags.Version, "version"), (ChangeFlags.Reboot, "reboot"),
        (ChangeFlags.DeleteNode, "deletenode"), (ChangeFlags.MicroserviceList, "microservice_list"),
        (ChangeFlags.MicroserviceConfig, "microservice_config"), (ChangeFlags.Registries, "registries"),
        (ChangeFlags.Tunnel, "tunnel"), (ChangeFlags.Prune, "prune"), (ChangeFlags.RouterChanged, "router_changed"),
        (ChangeFlags.VolumeMounts, "volume_mounts"), (ChangeFlags.ExecSessions, "exec_sessions"),
        (ChangeFlags.MicroserviceLogs, "microservice_logs"), (ChangeFlags.FogLogs, "fog_logs"),
    ];

    private static readonly string ColumnList = string.Join(", ", Columns.Select(c => $"\"{c.Column}\""));

    private static readonly string InsertSql =
        $"""
        INSERT INTO "ChangeTrackings" ({ColumnList}, "last_updated", "iofog_uuid", "served")
        SELECT {string.Join(", ", Columns.Select(c => "@" + c.Column))}, @last_updated, f."uuid", @served FROM "Fogs" f
        """;

    private static readonly string ListSql =
        $"SELECT \"id\", \"last_updated\", \"served\", {ColumnList} FROM \"ChangeTrackings\" WHERE \"iofog_uuid\" = @fog ORDER BY \"id\"";

    /// <summary>Adds a row with the same flags for each of several fogs. Returns those that exist, with the ids of their rows.</summary>
    public static async Task<List<(string Fog, long Id)>> InsertAsync(
        DbSession session, IReadOnlyCollection<string> fogUuids, ChangeFlags flags, string lastUpdated)
    {
        var parameters = new SqlParams { { "last_updated", lastUpdated }, { "served", false } };
        foreach (var (flag, column) in Columns)
        {
            parameters.Add(column, (flags & flag) != 0);
        }

        var fogs = parameters.In("f", fogUuids);
        var insert = $"{InsertSql} WHERE f.\"uuid\" IN {fogs} ORDER BY f.\"uuid\"";
        if (session.Dialect.HasReturning)
        {
            return await session.QueryAsync($"{insert} RETURNING \"iofog_uuid\", \"id\"", MapNew, parameters).ConfigureAwait(false);
        }

        await session.ExecuteAsync(insert, parameters).ConfigureAwait(false);
        return await session.QueryAsync(
            $"SELECT \"iofog_uuid\", MAX(\"id\") FROM \"ChangeTrackings\" WHERE \"iofog_uuid\" IN {fogs} AND \"last_updated\" = @last_updated GROUP BY \"iofog_uuid\"",
            MapNew,
            parameters).ConfigureAwait(false);
    }

    /// <summary>All rows of a fog, oldest first.</summary>
    public static Task<List<ChangeRow>> ListAsync(DbSession session, string fogUuid) =>
        session.QueryAsync(ListSql, Map, new() { { "fog", fogUuid } });

    /// <summary>Records that an answer showed these rows.</summary>
    public static Task MarkServedAsync(DbSession session, IEnumerable<long> ids)
    {
        var parameters = new SqlParams();
        return session.ExecuteAsync(
            $"UPDATE \"ChangeTrackings\" SET \"served\" = TRUE WHERE \"id\" IN {parameters.In("id", ids)}", parameters);
    }

    /// <summary>Deletes the shown rows of a fog up to a stamp.</summary>
    public static Task<int> AcknowledgeAsync(DbSession session, string fogUuid, string lastUpdated) =>
        session.ExecuteAsync(
            "DELETE FROM \"ChangeTrackings\" WHERE \"iofog_uuid\" = @fog AND \"served\" = TRUE AND \"last_updated\" <= @stamp",
            new() { { "fog", fogUuid }, { "stamp", lastUpdated } });

    /// <summary>Deletes rows by id.</summary>
    public static Task DeleteAsync(DbSession session, IEnumerable<long> ids)
    {
        var parameters = new SqlParams();
        return session.ExecuteAsync($"DELETE FROM \"ChangeTrackings\" WHERE \"id\" IN {parameters.In("id", ids)}", parameters);
    }

    /// <summary>Fogs with rows after an id, for replicas that follow each other's changes.</summary>
    public static Task<List<(long Id, string Fog)>> TailAsync(DbSession session, long afterId) =>
        session.QueryAsync(
            "SELECT \"id\", \"iofog_uuid\" FROM \"ChangeTrackings\" WHERE \"id\" > @after ORDER BY \"id\"",
            r => (r.Long(), r.Text()),
            new() { { "after", afterId } });

    /// <summary>The highest row id, 0 when empty.</summary>
    public static Task<long> LastIdAsync(DbSession session) =>
        session.QueryOneAsync("SELECT MAX(\"id\") FROM \"ChangeTrackings\"", r => r.Long());

    private static (string Fog, long Id) MapNew(SqlRow row) => (row.Text(), row.Long());

    private static ChangeRow Map(SqlRow row)
    {
        var id = row.Long();
        var lastUpdated = row.Text();
        var served = row.Bool();
        var flags = ChangeFlags.None;
        foreach (var (flag, _) in Columns)
        {
            flags |= row.Bool() ? flag : ChangeFlags.None;
        }

        return new ChangeRow(id, flags, lastUpdated, served);
    }
}
