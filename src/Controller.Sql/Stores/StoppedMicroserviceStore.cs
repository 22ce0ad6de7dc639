namespace Controller.Sql.Stores;

/// <summary>A microservice that is off and whose container its agent reported as gone.</summary>
public sealed record StoppedMicroservice(string Uuid, string? FogUuid);

/// <summary>Status of microservices that were stopped (reconcile 18.3).</summary>
public static class StoppedMicroserviceStore
{
    /// <summary>Microservices reported as going or gone because they were switched off.</summary>
    /// <param name="session">Session.</param>
    /// <param name="applicationIsOff">Those of deactivated applications; else those that are themselves off in active ones.</param>
    public static Task<List<StoppedMicroservice>> ListAsync(DbSession session, bool applicationIsOff) => session.QueryAsync(
        $"""
        SELECT m."uuid", m."iofog_uuid" FROM "MicroserviceStatuses" s
        JOIN "Microservices" m ON m."uuid" = s."microservice_uuid" JOIN "Applications" a ON a."id" = m."application_id"
        WHERE s."status" IN ('DELETED', 'DELETING') AND {(applicationIsOff ? "a.\"is_activated\" = FALSE" : "a.\"is_activated\" = TRUE AND m.\"is_activated\" = FALSE")}
        """,
        r => new StoppedMicroservice(r.Text(), r.TextOrNull()));

    /// <summary>Marks them as stopped, without exec sessions, unless their agent reported something else since.</summary>
    public static async Task SettleAsync(DbSession session, IEnumerable<StoppedMicroservice> microservices, DateTimeOffset now)
    {
        var parameters = new SqlParams { { "now", now } };
        var uuids = parameters.In("m", microservices.Select(m => m.Uuid));
        await session.ExecuteAsync(
            $"""
            UPDATE "MicroserviceExecStatuses" SET "status" = 'INACTIVE', "exec_session_id" = '', "updated_at" = @now
            WHERE "microservice_uuid" IN {uuids}
            """,
            parameters).ConfigureAwait(false);
        await session.ExecuteAsync(
            $"""
            UPDATE "MicroserviceStatuses" SET "status" = 'STOPPED', "exec_session_ids" = '[]', "updated_at" = @now
            WHERE "microservice_uuid" IN {uuids} AND "status" IN ('DELETED', 'DELETING')
            """,
            parameters).ConfigureAwait(false);
    }
}
