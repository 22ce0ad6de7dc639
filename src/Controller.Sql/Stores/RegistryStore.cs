namespace Controller.Sql.Stores;

/// <summary>A registry that images are pulled from.</summary>
/// <param name="Id">Row id; 0 for one that is yet to be inserted.</param>
/// <param name="Url">Host, with port and path if any.</param>
/// <param name="IsPublic">Pulled from without credentials.</param>
/// <param name="UserName">Account.</param>
/// <param name="Password">As stored: encrypted, or empty.</param>
/// <param name="UserEmail">Of the account.</param>
public sealed record RegistryRow(long Id, string Url, bool IsPublic, string? UserName, string? Password, string? UserEmail);

/// <summary>The registries.</summary>
public static class RegistryStore
{
    private const string Columns = "\"id\", \"url\", \"is_public\", \"user_name\", \"password\", \"user_email\"";

    /// <summary>All registries, oldest first.</summary>
    public static Task<List<RegistryRow>> ListAsync(DbSession session) =>
        session.QueryAsync($"SELECT {Columns} FROM \"Registries\" ORDER BY \"id\"", Map);

    /// <summary>One registry; null when there is none.</summary>
    public static Task<RegistryRow?> FindAsync(DbSession session, long id) =>
        session.QueryOneAsync($"SELECT {Columns} FROM \"Registries\" WHERE \"id\" = @id", Map, new() { { "id", id } });

    /// <summary>As <see cref="FindAsync"/>; until commit nobody else changes the registry or begins to use it.</summary>
    public static Task<RegistryRow?> LockAsync(DbSession session, long id) =>
        session.QueryOneAsync(
            $"SELECT {Columns} FROM \"Registries\" WHERE \"id\" = @id{session.Dialect.ForUpdate}", Map, new() { { "id", id } });

    /// <summary>Whether a microservice is pulled from the registry.</summary>
    public static async Task<bool> IsUsedAsync(DbSession session, long id) =>
        await session.QueryOneAsync(
            "SELECT COUNT(*) FROM \"Microservices\" WHERE \"registry_id\" = @id", r => r.Long(), new() { { "id", id } })
            .ConfigureAwait(false) > 0;

    /// <summary>Adds a registry and returns its id.</summary>
    public static Task<long> InsertAsync(DbSession session, RegistryRow registry) =>
        session.InsertAsync(
            """
            INSERT INTO "Registries" ("url", "is_public", "user_name", "password", "user_email")
            VALUES (@url, @is_public, @user_name, @password, @user_email)
            """,
            Values(registry));

    /// <summary>Writes every column of a registry.</summary>
    public static Task UpdateAsync(DbSession session, RegistryRow registry)
    {
        var values = Values(registry);
        values.Add("id", registry.Id);
        return session.ExecuteAsync(
            """
            UPDATE "Registries" SET "url" = @url, "is_public" = @is_public, "user_name" = @user_name, "password" = @password,
              "user_email" = @user_email
            WHERE "id" = @id
            """,
            values);
    }

    /// <summary>Removes a registry; catalog items that name it lose their registry.</summary>
    public static Task DeleteAsync(DbSession session, long id) =>
        session.ExecuteAsync("DELETE FROM \"Registries\" WHERE \"id\" = @id", new() { { "id", id } });

    /// <summary>Has the containers of the microservices that use the registry made again; returns the fogs that run them.</summary>
    public static Task<List<string>> RebuildMicroservicesAsync(DbSession session, long id, DateTimeOffset now) =>
        MicroserviceRebuild.MarkAsync(session, "registry_id", id, now);

    private static SqlParams Values(RegistryRow registry) => new()
    {
        { "url", registry.Url },
        { "is_public", registry.IsPublic },
        { "user_name", registry.UserName },
        { "password", registry.Password },
        { "user_email", registry.UserEmail },
    };

    private static RegistryRow Map(SqlRow r) => new(r.Long(), r.Text(), r.Bool(), r.TextOrNull(), r.TextOrNull(), r.TextOrNull());
}
