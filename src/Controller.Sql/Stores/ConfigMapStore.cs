namespace Controller.Sql.Stores;

/// <summary>A config map.</summary>
/// <param name="Id">Row id; 0 for one that is yet to be inserted.</param>
/// <param name="Name">Unique; the encryption is bound to it.</param>
/// <param name="Immutable">It may be deleted, not changed.</param>
/// <param name="UseVault">A vault may hold its data.</param>
/// <param name="Data">Encrypted text; null in lists.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="UpdatedAt">When it was changed last.</param>
public sealed record ConfigMapRow(
    long Id, string Name, bool Immutable, bool UseVault, string? Data, DateTimeOffset? CreatedAt = null, DateTimeOffset? UpdatedAt = null);

/// <summary>The config maps.</summary>
public static class ConfigMapStore
{
    private const string Select =
        """
        SELECT "id", "name", "immutable", "use_vault", "created_at", "updated_at", "data" FROM "ConfigMaps" WHERE "name" = @name
        """;

    /// <summary>All config maps without their data, by name.</summary>
    public static Task<List<ConfigMapRow>> ListAsync(DbSession session) =>
        session.QueryAsync(
            """
            SELECT "id", "name", "immutable", "use_vault", "created_at", "updated_at" FROM "ConfigMaps" ORDER BY "name"
            """,
            r => Map(r, false));

    /// <summary>The config map of a name; null when there is none.</summary>
    public static Task<ConfigMapRow?> FindAsync(DbSession session, string name) =>
        session.QueryOneAsync(Select, r => Map(r, true), new() { { "name", name } });

    /// <summary>As <see cref="FindAsync"/>, keeping other writers of the row away until the transaction ends.</summary>
    public static Task<ConfigMapRow?> FindForUpdateAsync(DbSession session, string name) =>
        session.QueryOneAsync(Select + session.Dialect.ForUpdate, r => Map(r, true), new() { { "name", name } });

    /// <summary>Adds a config map and returns its id.</summary>
    public static Task<long> InsertAsync(DbSession session, ConfigMapRow map, DateTimeOffset now)
    {
        var values = Values(map, now);
        values.Add("name", map.Name);
        return session.InsertAsync(
            """
            INSERT INTO "ConfigMaps" ("name", "immutable", "use_vault", "data", "created_at", "updated_at")
            VALUES (@name, @immutable, @use_vault, @data, @now, @now)
            """,
            values);
    }

    /// <summary>Writes everything of a config map but its name.</summary>
    public static Task UpdateAsync(DbSession session, ConfigMapRow map, DateTimeOffset now)
    {
        var values = Values(map, now);
        values.Add("id", map.Id);
        return session.ExecuteAsync(
            """
            UPDATE "ConfigMaps" SET "immutable" = @immutable, "use_vault" = @use_vault, "data" = @data, "updated_at" = @now
            WHERE "id" = @id
            """,
            values);
    }

    /// <summary>Removes a config map; the volume mounts of it go with it.</summary>
    public static Task DeleteAsync(DbSession session, long id) =>
        session.ExecuteAsync("DELETE FROM \"ConfigMaps\" WHERE \"id\" = @id", new() { { "id", id } });

    private static SqlParams Values(ConfigMapRow map, DateTimeOffset now) => new()
    {
        { "immutable", map.Immutable },
        { "use_vault", map.UseVault },
        { "data", map.Data },
        { "now", now },
    };

    private static ConfigMapRow Map(SqlRow r, bool withData)
    {
        // The original leaves both flags null here and there; what it takes null for.
        var row = new ConfigMapRow(r.Long(), r.Text(), r.BoolOrNull() ?? false, r.BoolOrNull() ?? true, null, r.TimeOrNull(), r.TimeOrNull());
        return withData ? row with { Data = r.Text() } : row;
    }
}
