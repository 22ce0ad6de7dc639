namespace Controller.Sql.Stores;

/// <summary>A service account with the name of its application.</summary>
public sealed record ServiceAccountView(string? Application, ServiceAccountRow Account);

/// <summary>The microservice that a service account belongs to.</summary>
public sealed record ServiceAccountOwner(string Uuid, string Name, string? FogUuid);

/// <summary>Service accounts (<c>RbacServiceAccounts</c>): those of microservices, and those that operators made.</summary>
public static class ServiceAccountStore
{
    private const string Columns =
        """
        s."id", s."name", s."microservice_uuid", s."application_id", s."role_ref", s."role_id", s."created_at", s."updated_at"
        """;

    /// <summary>The accounts of all applications, or of one by its name, in order of creation.</summary>
    public static Task<List<ServiceAccountView>> ListAsync(DbSession session, string? application) => session.QueryAsync(
        $"""
        SELECT a."name", {Columns} FROM "RbacServiceAccounts" s LEFT JOIN "Applications" a ON a."id" = s."application_id"
        {(application is null ? "" : "WHERE a.\"name\" = @application")} ORDER BY s."id"
        """,
        r => new ServiceAccountView(r.TextOrNull(), Map(r)),
        application is null ? null : new() { { "application", application } });

    /// <summary>One account; null when there is none.</summary>
    public static Task<ServiceAccountRow?> FindAsync(DbSession session, long applicationId, string name) =>
        FindAsync(session, applicationId, name, "");

    /// <summary>As <see cref="FindAsync(DbSession, long, string)"/>, keeping other writers of the row away until the transaction ends.</summary>
    public static Task<ServiceAccountRow?> LockAsync(DbSession session, long applicationId, string name) =>
        FindAsync(session, applicationId, name, session.Dialect.ForUpdate);

    /// <summary>Adds an account that belongs to no microservice.</summary>
    /// <exception cref="DatabaseException">The application has an account of this name.</exception>
    public static Task InsertAsync(DbSession session, long applicationId, string name, string roleRef, long? roleId, DateTimeOffset now) =>
        session.ExecuteAsync(
            """
            INSERT INTO "RbacServiceAccounts" ("name", "role_ref", "role_id", "application_id", "created_at", "updated_at")
            VALUES (@name, @role_ref, @role_id, @application, @now, @now)
            """,
            new() { { "name", name }, { "role_ref", roleRef }, { "role_id", roleId }, { "application", applicationId }, { "now", now } });

    /// <summary>Changes an account.</summary>
    /// <exception cref="DatabaseException">The application has another account of this name.</exception>
    public static Task UpdateAsync(DbSession session, long id, string name, string roleRef, long? roleId, DateTimeOffset now) =>
        session.ExecuteAsync(
            """
            UPDATE "RbacServiceAccounts" SET "name" = @name, "role_ref" = @role_ref, "role_id" = @role_id, "updated_at" = @now WHERE "id" = @id
            """,
            new() { { "id", id }, { "name", name }, { "role_ref", roleRef }, { "role_id", roleId }, { "now", now } });

    /// <summary>Removes an account.</summary>
    public static Task DeleteAsync(DbSession session, long id) =>
        session.ExecuteAsync("DELETE FROM \"RbacServiceAccounts\" WHERE \"id\" = @id", new() { { "id", id } });

    /// <summary>The microservice that an account belongs to; null when it is gone.</summary>
    public static Task<ServiceAccountOwner?> FindOwnerAsync(DbSession session, string microserviceUuid) => session.QueryOneAsync(
        "SELECT \"uuid\", \"name\", \"iofog_uuid\" FROM \"Microservices\" WHERE \"uuid\" = @uuid",
        r => new ServiceAccountOwner(r.Text(), r.Text(), r.TextOrNull()),
        new() { { "uuid", microserviceUuid } });

    /// <summary>As <see cref="SetAsync"/>, for new microservices of an application.</summary>
    /// <exception cref="DatabaseException">Another microservice has the account of a name.</exception>
    public static async Task AddAsync(
        DbSession session, long applicationId, IReadOnlyCollection<ServiceAccountRow> accounts, DateTimeOffset now)
    {
        var parameters = new SqlParams { { "application", applicationId } };
        var free = (await session.QueryAsync(
            $"""
            SELECT "name" FROM "RbacServiceAccounts"
            WHERE "application_id" = @application AND "microservice_uuid" IS NULL AND "name" IN {parameters.In("n", accounts.Select(a => a.Name))}
            """,
            r => r.Text(),
            parameters).ConfigureAwait(false)).ToHashSet(StringComparer.Ordinal);
        foreach (var account in accounts.Where(a => free.Contains(a.Name)))
        {
            await SetAsync(session, account.MicroserviceUuid!, applicationId, account.Name, account.RoleRef!, account.RoleId, now).ConfigureAwait(false);
        }

        await BulkInsert.RunAsync(
            session,
            "RbacServiceAccounts",
            ["name", "role_ref", "role_id", "microservice_uuid", "application_id", "created_at", "updated_at"],
            accounts.Where(a => !free.Contains(a.Name)).ToList(),
            a => [a.Name, a.RoleRef, a.RoleId, a.MicroserviceUuid, applicationId, now, now]).ConfigureAwait(false);
    }

    /// <summary>
    /// Gives a microservice its service account: changes its own, takes over one of the same name in the application
    /// that belongs to no microservice, or adds one.
    /// </summary>
    /// <exception cref="DatabaseException">Another microservice has the account of this name.</exception>
    public static async Task SetAsync(
        DbSession session, string microserviceUuid, long? applicationId, string name, string roleRef, long? roleId, DateTimeOffset now)
    {
        session.Changes(microserviceUuid);
        var parameters = new SqlParams
        {
            { "uuid", microserviceUuid }, { "application", applicationId }, { "name", name },
            { "role_ref", roleRef }, { "role_id", roleId }, { "now", now },
        };
        if (await session.ExecuteAsync(
                """
                UPDATE "RbacServiceAccounts" SET "name" = @name, "role_ref" = @role_ref, "role_id" = @role_id, "updated_at" = @now
                WHERE "microservice_uuid" = @uuid
                """,
                new()
                {
                    { "uuid", microserviceUuid }, { "name", name }, { "role_ref", roleRef }, { "role_id", roleId }, { "now", now },
                }).ConfigureAwait(false) > 0
            || await session.ExecuteAsync(
                """
                UPDATE "RbacServiceAccounts" SET "microservice_uuid" = @uuid, "role_ref" = @role_ref, "role_id" = @role_id, "updated_at" = @now
                WHERE "application_id" = @application AND "name" = @name AND "microservice_uuid" IS NULL
                """,
                parameters).ConfigureAwait(false) > 0)
        {
            return;
        }

        await session.ExecuteAsync(
            """
            INSERT INTO "RbacServiceAccounts" ("name", "role_ref", "role_id", "microservice_uuid", "application_id", "created_at", "updated_at")
            VALUES (@name, @role_ref, @role_id, @uuid, @application, @now, @now)
            """,
            parameters).ConfigureAwait(false);
    }

    /// <summary>The account bears its microservice's name; it follows a rename.</summary>
    public static Task RenameAsync(DbSession session, string microserviceUuid, string name, DateTimeOffset now)
    {
        session.Changes(microserviceUuid);
        return session.ExecuteAsync(
            """
            UPDATE "RbacServiceAccounts" SET "name" = @name, "updated_at" = @now WHERE "microservice_uuid" = @uuid
            """,
            new() { { "uuid", microserviceUuid }, { "name", name }, { "now", now } });
    }

    private static Task<ServiceAccountRow?> FindAsync(DbSession session, long applicationId, string name, string suffix) =>
        session.QueryOneAsync(
            $"SELECT {Columns} FROM \"RbacServiceAccounts\" s WHERE s.\"application_id\" = @application AND s.\"name\" = @name{suffix}",
            Map,
            new() { { "application", applicationId }, { "name", name } });

    private static ServiceAccountRow Map(SqlRow r) => new(
        r.Long(), r.Text(), r.TextOrNull(), r.LongOrNull(), r.TextOrNull(), r.LongOrNull(), r.TimeOrNull(), r.TimeOrNull());
}
