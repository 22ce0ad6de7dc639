namespace Controller.Sql.Stores;

/// <summary>Service accounts of microservices (<c>RbacServiceAccounts</c>).</summary>
public static class ServiceAccountStore
{
    /// <summary>The id of a stored role; null when there is none of this name.</summary>
    public static Task<long?> FindRoleAsync(DbSession session, string name) =>
        session.QueryOneAsync("SELECT \"id\" FROM \"RbacRoles\" WHERE \"name\" = @name", r => r.LongOrNull(), new() { { "name", name } });

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
    public static Task RenameAsync(DbSession session, string microserviceUuid, string name, DateTimeOffset now) => session.ExecuteAsync(
        """
        UPDATE "RbacServiceAccounts" SET "name" = @name, "updated_at" = @now WHERE "microservice_uuid" = @uuid
        """,
        new() { { "uuid", microserviceUuid }, { "name", name }, { "now", now } });
}
