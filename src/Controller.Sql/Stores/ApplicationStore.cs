namespace Controller.Sql.Stores;

/// <summary>A group of microservices that starts and stops together.</summary>
public sealed record ApplicationRow
{
    /// <summary>0 while not stored.</summary>
    public long Id { get; init; }
    public required string Name { get; init; }
    public string Description { get; init; } = "";
    public bool IsActivated { get; init; }
    public bool IsSystem { get; init; }
    public bool NatsAccess { get; init; }
    public long? NatsRuleId { get; init; }

    /// <summary>Name of the rule behind <see cref="NatsRuleId"/>; only read.</summary>
    public string? NatsRule { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
}

/// <summary>Applications. Names are unique over user and system ones.</summary>
public static class ApplicationStore
{
    private const string Table = "Applications";

    // The rule's name by a subquery, not a join, so that the row can be locked.
    private const string Select =
        """
        SELECT a."id", a."name", a."description", a."is_activated", a."is_system", a."nats_access", a."nats_rule_id",
               (SELECT r."name" FROM "NatsAccountRules" r WHERE r."id" = a."nats_rule_id"), a."created_at", a."updated_at"
        FROM "Applications" a
        """;

    /// <summary>The user's applications, or the system's, in order of creation.</summary>
    public static Task<List<ApplicationRow>> ListAsync(DbSession session, bool isSystem) =>
        session.QueryAsync(
            Select + " WHERE COALESCE(a.\"is_system\", FALSE) = @system ORDER BY a.\"id\"", Map, new() { { "system", isSystem } });

    /// <summary>The application of a name, of either kind.</summary>
    public static Task<ApplicationRow?> FindAsync(DbSession session, string name) =>
        session.QueryOneAsync(Select + " WHERE a.\"name\" = @name", Map, new() { { "name", name } });

    /// <summary>As <see cref="FindAsync"/>, keeping other writers of the row away until the transaction ends.</summary>
    public static Task<ApplicationRow?> FindForUpdateAsync(DbSession session, string name) =>
        session.QueryOneAsync(Select + " WHERE a.\"name\" = @name" + session.Dialect.ForUpdate, Map, new() { { "name", name } });

    /// <summary>Adds an application and returns its id.</summary>
    public static Task<long> InsertAsync(DbSession session, ApplicationRow row, DateTimeOffset now)
    {
        session.Changes(Table);
        var parameters = Parameters(row, now);
        parameters.Add("created_at", now);
        return session.InsertAsync(
            """
            INSERT INTO "Applications" ("name", "description", "is_activated", "is_system", "nats_access", "nats_rule_id", "created_at", "updated_at")
            VALUES (@name, @description, @is_activated, @is_system, @nats_access, @nats_rule_id, @created_at, @updated_at)
            """,
            parameters);
    }

    /// <summary>Writes everything but the id and the time of creation.</summary>
    public static Task UpdateAsync(DbSession session, ApplicationRow row, DateTimeOffset now)
    {
        session.Changes(Table);
        var parameters = Parameters(row, now);
        parameters.Add("id", row.Id);
        return session.ExecuteAsync(
            """
            UPDATE "Applications" SET "name" = @name, "description" = @description, "is_activated" = @is_activated, "is_system" = @is_system,
              "nats_access" = @nats_access, "nats_rule_id" = @nats_rule_id, "updated_at" = @updated_at
            WHERE "id" = @id
            """,
            parameters);
    }

    /// <summary>Removes an application with what is left of its service accounts. Its microservices must be gone.</summary>
    public static async Task DeleteAsync(DbSession session, long id)
    {
        session.Changes(Table);
        var parameters = new SqlParams { { "id", id } };
        // The one reference without a foreign key.
        await session.ExecuteAsync("DELETE FROM \"RbacServiceAccounts\" WHERE \"application_id\" = @id", parameters).ConfigureAwait(false);
        await session.ExecuteAsync("DELETE FROM \"Applications\" WHERE \"id\" = @id", parameters).ConfigureAwait(false);
    }

    /// <summary>The fogs that have a microservice of the application.</summary>
    public static Task<List<string>> ListFogsAsync(DbSession session, long id) =>
        session.QueryAsync(
            "SELECT DISTINCT \"iofog_uuid\" FROM \"Microservices\" WHERE \"application_id\" = @id AND \"iofog_uuid\" IS NOT NULL",
            r => r.Text(),
            new() { { "id", id } });

    /// <summary>Follows a rename in the addresses <c>${Apps.application.microservice.local}</c> that point into the application.</summary>
    public static Task RenameInTemplatesAsync(DbSession session, long id, string from, string to) => session.ExecuteAsync(
        """
        UPDATE "MicroserviceExtraHost" SET "template" = REPLACE("template", @old, @new)
        WHERE "target_microservice_uuid" IN (SELECT "uuid" FROM "Microservices" WHERE "application_id" = @id)
        """,
        new() { { "id", id }, { "old", $"${{Apps.{from}." }, { "new", $"${{Apps.{to}." } });

    private static SqlParams Parameters(ApplicationRow row, DateTimeOffset now) => new()
    {
        { "name", row.Name },
        { "description", row.Description },
        { "is_activated", row.IsActivated },
        { "is_system", row.IsSystem },
        { "nats_access", row.NatsAccess },
        { "nats_rule_id", row.NatsRuleId },
        { "updated_at", now },
    };

    private static ApplicationRow Map(SqlRow r) => new()
    {
        Id = r.Long(),
        Name = r.Text(),
        Description = r.Text(),
        IsActivated = r.Bool(),
        IsSystem = r.Bool(),
        NatsAccess = r.Bool(),
        NatsRuleId = r.LongOrNull(),
        NatsRule = r.TextOrNull(),
        CreatedAt = r.TimeOrNull(),
        UpdatedAt = r.TimeOrNull(),
    };
}
