namespace Controller.Sql.Stores;

/// <summary>Microservices. Whatever is read comes with all its children, loaded in bulk (<see cref="MicroserviceChildren"/>).</summary>
public static class MicroserviceStore
{
    private const int DefaultSchedule = 50;

    /// <summary>What conditions may refer to, as <c>m</c> and <c>a</c>.</summary>
    private const string From = "\"Microservices\" m LEFT JOIN \"Applications\" a ON a.\"id\" = m.\"application_id\"";

    private const string LiveOfKind =
        "COALESCE(a.\"is_system\", FALSE) = @system AND m.\"application_id\" IS NOT NULL AND (m.\"delete\" IS NULL OR m.\"delete\" = FALSE)";

    private const string ByName = "m.\"name\", m.\"uuid\"";

    private static readonly string[] Columns =
    [
        "name", "config", "annotations", "config_last_updated", "rebuild", "log_size", "delete", "delete_with_cleanup", "updated_at",
        "catalog_item_id", "registry_id", "iofog_uuid", "application_id", "run_as_user", "platform", "runtime", "pid_mode", "ipc_mode",
        "schedule", "cpu_set_cpus", "memory_limit", "is_activated", "host_network_mode", "is_privileged", "nats_rule_id", "nats_access",
        "nats_account_id", "nats_user_id", "nats_creds_secret_name", "is_controller",
    ];

    private static readonly string Select =
        $"""
        SELECT m."uuid", m."created_at", {string.Join(", ", Columns.Select(c => $"m.\"{c}\""))},
               a."name", a."is_system", a."is_activated", a."nats_access", c."category", c."registry_id", n."name"
        FROM {From}
        LEFT JOIN "CatalogItems" c ON c."id" = m."catalog_item_id"
        LEFT JOIN "NatsUserRules" n ON n."id" = m."nats_rule_id"
        """;

    private static readonly string InsertSql =
        $"""
        INSERT INTO "Microservices" ("uuid", "created_at", {string.Join(", ", Columns.Select(c => $"\"{c}\""))})
        VALUES (@uuid, @created_at, {string.Join(", ", Columns.Select(c => "@" + c))})
        """;

    private static readonly string UpdateSql =
        $"""
        UPDATE "Microservices" SET {string.Join(", ", Columns.Select(c => $"\"{c}\" = @{c}"))} WHERE "uuid" = @uuid
        """;

    /// <summary>The microservice of a uuid; null when there is none.</summary>
    public static async Task<MicroserviceRow?> FindAsync(DbSession session, string uuid) =>
        (await ListAsync(session, "m.\"uuid\" = @uuid", new() { { "uuid", uuid } }).ConfigureAwait(false)).FirstOrDefault();

    /// <summary>As <see cref="FindAsync"/>, keeping other writers of it away until the transaction ends.</summary>
    public static async Task<MicroserviceRow?> FindForUpdateAsync(DbSession session, string uuid)
    {
        if (session.Dialect.ForUpdate.Length > 0)
        {
            await session.QueryOneAsync(
                $"SELECT \"uuid\" FROM \"Microservices\" WHERE \"uuid\" = @uuid{session.Dialect.ForUpdate}",
                r => r.TextOrNull(),
                new() { { "uuid", uuid } }).ConfigureAwait(false);
        }

        return await FindAsync(session, uuid).ConfigureAwait(false);
    }

    /// <summary>The microservice of a name in an application.</summary>
    public static async Task<MicroserviceRow?> FindByNameAsync(DbSession session, long applicationId, string name) =>
        (await ListAsync(
            session,
            "m.\"application_id\" = @application AND m.\"name\" = @name",
            new() { { "application", applicationId }, { "name", name } }).ConfigureAwait(false)).FirstOrDefault();

    /// <summary>The live microservices of user applications or of system applications, by name.</summary>
    public static Task<List<MicroserviceRow>> ListAsync(DbSession session, bool isSystem) =>
        ListAsync(session, LiveOfKind, new() { { "system", isSystem } }, isMost: !isSystem);

    /// <summary>The uuids of <see cref="ListAsync(DbSession, bool)"/>, in its order.</summary>
    public static Task<List<string>> ListUuidsAsync(DbSession session, bool isSystem) => session.QueryAsync(
        $"SELECT m.\"uuid\" FROM {From} WHERE {LiveOfKind} ORDER BY {ByName}", r => r.Text(), new() { { "system", isSystem } });

    /// <summary>The microservices of these uuids, by name.</summary>
    public static Task<List<MicroserviceRow>> ListAsync(DbSession session, IEnumerable<string> uuids)
    {
        var parameters = new SqlParams();
        return ListAsync(session, $"m.\"uuid\" IN {parameters.In("m", uuids)}", parameters);
    }

    /// <summary>The live microservices of an application, by name.</summary>
    public static Task<List<MicroserviceRow>> ListByApplicationAsync(DbSession session, long applicationId) => ListAsync(
        session,
        "m.\"application_id\" = @application AND (m.\"delete\" IS NULL OR m.\"delete\" = FALSE)",
        new() { { "application", applicationId } });

    /// <summary>Every microservice of an application, by name, those to be deleted included.</summary>
    public static Task<List<MicroserviceRow>> ListAllAsync(DbSession session, long applicationId) =>
        ListAsync(session, "m.\"application_id\" = @application", new() { { "application", applicationId } });

    /// <summary>As <see cref="ListByApplicationAsync"/>, keeping other writers of them away until the transaction ends.</summary>
    public static async Task<List<MicroserviceRow>> ListForUpdateAsync(DbSession session, long applicationId)
    {
        if (session.Dialect.ForUpdate.Length > 0)
        {
            await session.QueryAsync(
                $"SELECT \"uuid\" FROM \"Microservices\" WHERE \"application_id\" = @application ORDER BY \"uuid\"{session.Dialect.ForUpdate}",
                r => r.Text(),
                new() { { "application", applicationId } }).ConfigureAwait(false);
        }

        return await ListByApplicationAsync(session, applicationId).ConfigureAwait(false);
    }

    /// <summary>Every microservice of a fog, by name, those to be deleted included.</summary>
    public static Task<List<MicroserviceRow>> ListByFogAsync(DbSession session, string fogUuid) =>
        ListAsync(session, "m.\"iofog_uuid\" = @fog", new() { { "fog", fogUuid } });

    /// <summary>Whether another microservice of the application has this name.</summary>
    public static async Task<bool> IsNameTakenAsync(DbSession session, long applicationId, string name, string? exceptUuid) =>
        await session.QueryOneAsync(
            """
            SELECT "uuid" FROM "Microservices" WHERE "application_id" = @application AND "name" = @name AND "uuid" <> @except
            """,
            r => r.Text(),
            new() { { "application", applicationId }, { "name", name }, { "except", exceptUuid ?? "" } }).ConfigureAwait(false) is not null;

    /// <summary>Which of these names microservices of the application have.</summary>
    public static Task<List<string>> ListNamesAsync(DbSession session, long applicationId, IEnumerable<string> names)
    {
        var parameters = new SqlParams { { "application", applicationId } };
        return session.QueryAsync(
            $"SELECT \"name\" FROM \"Microservices\" WHERE \"application_id\" = @application AND \"name\" IN {parameters.In("n", names)}",
            r => r.Text(),
            parameters);
    }

    /// <summary>
    /// Adds new microservices with all their children and the status of those that have yet to start; service accounts are
    /// added by <see cref="ServiceAccountStore"/>.
    /// </summary>
    public static async Task AddAsync(DbSession session, IReadOnlyList<MicroserviceRow> rows, DateTimeOffset now)
    {
        session.Changes(rows.Select(r => r.Uuid));
        await BulkInsert.RunAsync(
            session,
            "Microservices",
            ["uuid", "created_at", .. Columns],
            rows,
            row => [row.Uuid, row.CreatedAt, .. Values(row)]).ConfigureAwait(false);
        await MicroserviceChildStore.AddAsync(session, rows, now).ConfigureAwait(false);
    }

    /// <summary>Adds the row itself; its children are added by <see cref="MicroserviceChildStore"/>.</summary>
    public static Task InsertAsync(DbSession session, MicroserviceRow row)
    {
        session.Changes(row.Uuid);
        var parameters = Parameters(row);
        parameters.Add("created_at", row.CreatedAt);
        return session.ExecuteAsync(InsertSql, parameters);
    }

    /// <summary>Writes every column of the row itself.</summary>
    public static Task UpdateAsync(DbSession session, MicroserviceRow row)
    {
        session.Changes(row.Uuid);
        return session.ExecuteAsync(UpdateSql, Parameters(row));
    }

    /// <summary>Marks microservices so that their agents recreate the containers.</summary>
    public static Task MarkForRebuildAsync(DbSession session, IReadOnlyCollection<string> uuids)
    {
        session.Changes(uuids);
        var parameters = new SqlParams();
        return session.ExecuteAsync(
            $"UPDATE \"Microservices\" SET \"rebuild\" = TRUE WHERE \"uuid\" IN {parameters.In("m", uuids)}", parameters);
    }

    /// <summary>Removes microservices and everything below them.</summary>
    public static async Task DeleteAsync(DbSession session, params IReadOnlyCollection<string> uuids)
    {
        var parameters = new SqlParams();
        var which = parameters.In("m", uuids);
        session.Changes(uuids);
        // Extra hosts that point to one of them go, too.
        session.Changes(await session.QueryAsync(
            $"SELECT DISTINCT \"microservice_uuid\" FROM \"MicroserviceExtraHost\" WHERE \"target_microservice_uuid\" IN {which}",
            r => r.Text(),
            parameters).ConfigureAwait(false));
        // The one child without a foreign key.
        await session.ExecuteAsync($"DELETE FROM \"RbacServiceAccounts\" WHERE \"microservice_uuid\" IN {which}", parameters).ConfigureAwait(false);
        await session.ExecuteAsync($"DELETE FROM \"Microservices\" WHERE \"uuid\" IN {which}", parameters).ConfigureAwait(false);
    }

    /// <param name="session">Session.</param>
    /// <param name="where">Which.</param>
    /// <param name="parameters">Of the condition.</param>
    /// <param name="isMost">Most of all microservices are among them.</param>
    private static async Task<List<MicroserviceRow>> ListAsync(DbSession session, string where, SqlParams parameters, bool isMost = false)
    {
        var rows = await session.QueryAsync($"{Select} WHERE {where} ORDER BY {ByName}", Map, parameters).ConfigureAwait(false);
        if (rows.Count == 0)
        {
            return rows;
        }

        return isMost
            ? await MicroserviceChildren.LoadAsync(session, rows, null, []).ConfigureAwait(false)
            : await MicroserviceChildren.LoadAsync(session, rows, $"SELECT m.\"uuid\" FROM {From} WHERE {where}", parameters).ConfigureAwait(false);
    }

    private static SqlParams Parameters(MicroserviceRow row)
    {
        var parameters = new SqlParams { { "uuid", row.Uuid } };
        foreach (var (column, value) in Columns.Zip(Values(row)))
        {
            parameters.Add(column, value);
        }

        return parameters;
    }

    /// <summary>The values of <see cref="Columns"/>.</summary>
    private static object?[] Values(MicroserviceRow row) =>
    [
        row.Name, row.Config, row.Annotations, row.ConfigLastUpdated, row.Rebuild, row.LogSize, row.Delete,
        row.DeleteWithCleanup, row.UpdatedAt, row.CatalogItemId, row.RegistryId, row.FogUuid, row.ApplicationId,
        row.RunAsUser, row.Platform, row.Runtime, row.PidMode, row.IpcMode, row.Schedule, row.CpuSetCpus,
        (double?)row.MemoryLimit, row.IsActivated, row.HostNetworkMode, row.IsPrivileged, row.NatsRuleId, row.NatsAccess,
        row.NatsAccountId, row.NatsUserId, row.NatsCredsSecretName, row.IsController,
    ];

    private static MicroserviceRow Map(SqlRow r) => new()
    {
        Uuid = r.Text(),
        CreatedAt = r.TimeOrNull(),
        Name = r.Text(),
        Config = r.TextOrNull(),
        Annotations = r.TextOrNull(),
        ConfigLastUpdated = r.LongOrNull(),
        Rebuild = r.Bool(),
        LogSize = r.Long(),
        Delete = r.Bool(),
        DeleteWithCleanup = r.Bool(),
        UpdatedAt = r.TimeOrNull(),
        CatalogItemId = r.LongOrNull(),
        RegistryId = r.LongOrNull(),
        FogUuid = r.TextOrNull(),
        ApplicationId = r.LongOrNull(),
        RunAsUser = r.Text(),
        Platform = r.Text(),
        Runtime = r.Text(),
        PidMode = r.Text(),
        IpcMode = r.Text(),
        Schedule = r.IntOrNull() ?? DefaultSchedule,
        CpuSetCpus = r.Text(),
        MemoryLimit = (long?)r.DoubleOrNull(),
        IsActivated = r.BoolOrNull() ?? true,
        HostNetworkMode = r.Bool(),
        IsPrivileged = r.Bool(),
        NatsRuleId = r.LongOrNull(),
        NatsAccess = r.Bool(),
        NatsAccountId = r.LongOrNull(),
        NatsUserId = r.LongOrNull(),
        NatsCredsSecretName = r.TextOrNull(),
        IsController = r.Bool(),
        ApplicationName = r.Text(),
        ApplicationIsSystem = r.Bool(),
        ApplicationIsActivated = r.Bool(),
        ApplicationHasNatsAccess = r.Bool(),
        CatalogCategory = r.TextOrNull(),
        CatalogRegistryId = r.LongOrNull(),
        NatsRuleName = r.TextOrNull(),
    };
}
