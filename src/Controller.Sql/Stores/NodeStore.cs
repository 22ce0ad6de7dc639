namespace Controller.Sql.Stores;

/// <summary>The node behind a fog: its silence, its hardware.</summary>
public static class NodeStore
{
    /// <summary>Fogs that count as running and have not been heard of since a time (milliseconds since 1970).</summary>
    public static Task<List<FogLivenessRow>> ListSilentAsync(DbSession session, long since) =>
        session.QueryAsync(
            """
            SELECT "uuid", "status_frequency", "last_active" FROM "Fogs"
            WHERE "daemon_status" IN ('RUNNING', 'WARNING') AND ("last_active" IS NULL OR "last_active" < @since)
            """,
            r => new FogLivenessRow(r.Text(), r.Int(), r.Long()),
            new() { { "since", since } });

    /// <summary>Marks a running fog as unknown unless it was heard of since; false when nothing was changed.</summary>
    public static async Task<bool> SetSilentAsync(DbSession session, string fogUuid, long since) =>
        await session.ExecuteAsync(
            """
            UPDATE "Fogs" SET "daemon_status" = 'UNKNOWN'
            WHERE "uuid" = @fog AND "daemon_status" IN ('RUNNING', 'WARNING') AND ("last_active" IS NULL OR "last_active" < @since)
            """,
            new() { { "fog", fogUuid }, { "since", since } }).ConfigureAwait(false) > 0;

    /// <summary>Marks the node as deprovisioned by itself.</summary>
    public static Task SetDeprovisionedAsync(DbSession session, string fogUuid) =>
        session.ExecuteAsync(
            "UPDATE \"Fogs\" SET \"daemon_status\" = 'DEPROVISIONED', \"ip_address\" = '0.0.0.0', \"ip_address_external\" = '0.0.0.0' WHERE \"uuid\" = @fog",
            new() { { "fog", fogUuid } });

    /// <summary>Microservices of a fog that are stopped on purpose.</summary>
    public static Task<List<string>> ListStoppedAsync(DbSession session, string fogUuid) =>
        session.QueryAsync(
            """
            SELECT m."uuid" FROM "Microservices" m JOIN "MicroserviceStatuses" s ON s."microservice_uuid" = m."uuid"
            WHERE m."iofog_uuid" = @fog AND m."is_activated" = FALSE AND s."status" = 'STOPPED'
            """,
            r => r.Text(),
            new() { { "fog", fogUuid } });

    /// <summary>Sets the status of microservices of a fog; of the given ones, or with null of all that are not stopped on purpose.</summary>
    public static Task SetMicroservicesAsync(DbSession session, string fogUuid, string status, IReadOnlyCollection<string>? uuids, DateTimeOffset now)
    {
        var parameters = new SqlParams { { "fog", fogUuid }, { "status", status }, { "now", now } };
        var which = uuids is null
            ? "NOT (\"status\" = 'STOPPED' AND \"microservice_uuid\" IN (SELECT \"uuid\" FROM \"Microservices\" WHERE \"iofog_uuid\" = @fog AND \"is_activated\" = FALSE))"
            : $"\"microservice_uuid\" IN {parameters.In("m", uuids)}";
        return session.ExecuteAsync(
            $"""
            UPDATE "MicroserviceStatuses" SET "status" = @status, "updated_at" = @now
            WHERE "microservice_uuid" IN (SELECT "uuid" FROM "Microservices" WHERE "iofog_uuid" = @fog) AND {which}
            """,
            parameters);
    }

    /// <summary>No exec session runs on the fog any more.</summary>
    public static Task EndExecAsync(DbSession session, string fogUuid, DateTimeOffset now) =>
        session.ExecuteAsync(
            """
            UPDATE "MicroserviceExecStatuses" SET "status" = 'INACTIVE', "exec_session_id" = '', "updated_at" = @now
            WHERE "microservice_uuid" IN (SELECT "uuid" FROM "Microservices" WHERE "iofog_uuid" = @fog)
            """,
            new() { { "fog", fogUuid }, { "now", now } });

    /// <summary>Removes microservices of a fog that wait for their agent to delete them.</summary>
    public static Task<int> DeleteMarkedAsync(DbSession session, string fogUuid) =>
        session.ExecuteAsync("DELETE FROM \"Microservices\" WHERE \"iofog_uuid\" = @fog AND \"delete\" = TRUE", new() { { "fog", fogUuid } });

    /// <summary>What the hardware service reported; null when it never did.</summary>
    /// <param name="session">Session.</param>
    /// <param name="fogUuid">Fog.</param>
    /// <param name="usb">USB devices instead of hardware.</param>
    public static Task<HalRow?> FindHalAsync(DbSession session, string fogUuid, bool usb) =>
        session.QueryOneAsync(
            $"SELECT \"id\", \"info\", \"iofog_uuid\", \"created_at\", \"updated_at\" FROM \"{HalTable(usb)}\" WHERE \"iofog_uuid\" = @fog ORDER BY \"id\" DESC",
            r => new HalRow(r.Long(), r.Text(), r.Text(), r.TimeOrNull(), r.TimeOrNull()),
            new() { { "fog", fogUuid } });

    /// <summary>Stores what the hardware service reported; false when there is no such fog.</summary>
    public static async Task<bool> SetHalAsync(DbSession session, string fogUuid, bool usb, string info, DateTimeOffset now)
    {
        if (!await FogStore.LockAsync(session, fogUuid).ConfigureAwait(false))
        {
            return false;
        }

        var parameters = new SqlParams { { "fog", fogUuid }, { "info", info }, { "now", now } };
        var table = HalTable(usb);
        if (await session.ExecuteAsync($"UPDATE \"{table}\" SET \"info\" = @info, \"updated_at\" = @now WHERE \"iofog_uuid\" = @fog", parameters)
            .ConfigureAwait(false) == 0)
        {
            await session.ExecuteAsync(
                $"INSERT INTO \"{table}\" (\"info\", \"iofog_uuid\", \"created_at\", \"updated_at\") VALUES (@info, @fog, @now, @now)", parameters)
                .ConfigureAwait(false);
        }

        return true;
    }

    private static string HalTable(bool usb) => usb ? "USBInfos" : "HWInfos";
}
