namespace Controller.Sql.Stores;

/// <summary>A secret.</summary>
/// <param name="Id">Row id; 0 for one that is yet to be inserted.</param>
/// <param name="Name">Unique; the encryption is bound to it.</param>
/// <param name="Type"><c>Opaque</c> or <c>tls</c>.</param>
/// <param name="Data">Encrypted text; null in lists.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="UpdatedAt">When its data was written last.</param>
public sealed record SecretRow(
    long Id, string Name, string Type, string? Data, DateTimeOffset? CreatedAt = null, DateTimeOffset? UpdatedAt = null);

/// <summary>The secrets.</summary>
public static class SecretStore
{
    private const string Select =
        """
        SELECT "id", "name", "type", "created_at", "updated_at", "data" FROM "Secrets" WHERE "name" = @name
        """;

    /// <summary>All secrets without their data, by name.</summary>
    public static Task<List<SecretRow>> ListAsync(DbSession session) =>
        session.QueryAsync(
            """
            SELECT "id", "name", "type", "created_at", "updated_at" FROM "Secrets" ORDER BY "name"
            """,
            r => Map(r, false));

    /// <summary>The secret of a name; null when there is none.</summary>
    public static Task<SecretRow?> FindAsync(DbSession session, string name) =>
        session.QueryOneAsync(Select, r => Map(r, true), new() { { "name", name } });

    /// <summary>As <see cref="FindAsync"/>, keeping other writers of the row away until the transaction ends.</summary>
    public static Task<SecretRow?> FindForUpdateAsync(DbSession session, string name) =>
        session.QueryOneAsync(Select + session.Dialect.ForUpdate, r => Map(r, true), new() { { "name", name } });

    /// <summary>Adds a secret and returns its id.</summary>
    public static Task<long> InsertAsync(DbSession session, SecretRow secret, DateTimeOffset now) =>
        session.InsertAsync(
            """
            INSERT INTO "Secrets" ("name", "type", "data", "created_at", "updated_at") VALUES (@name, @type, @data, @now, @now)
            """,
            new() { { "name", secret.Name }, { "type", secret.Type }, { "data", secret.Data }, { "now", now } });

    /// <summary>Writes the data of a secret.</summary>
    public static Task UpdateAsync(DbSession session, long id, string data, DateTimeOffset now) =>
        session.ExecuteAsync(
            "UPDATE \"Secrets\" SET \"data\" = @data, \"updated_at\" = @now WHERE \"id\" = @id",
            new() { { "id", id }, { "data", data }, { "now", now } });

    /// <summary>Removes a secret; the volume mounts of it go with it.</summary>
    public static Task DeleteAsync(DbSession session, long id) =>
        session.ExecuteAsync("DELETE FROM \"Secrets\" WHERE \"id\" = @id", new() { { "id", id } });

    private static SecretRow Map(SqlRow r, bool withData)
    {
        var row = new SecretRow(r.Long(), r.Text(), r.Text(), null, r.TimeOrNull(), r.TimeOrNull());
        return withData ? row with { Data = r.Text() } : row;
    }
}
