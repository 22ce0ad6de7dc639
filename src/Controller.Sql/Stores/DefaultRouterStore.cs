namespace Controller.Sql.Stores;

/// <summary>The default router of the fleet.</summary>
/// <param name="Id">Row id; 0 for one that is yet to be inserted.</param>
/// <param name="IsEdge">It is no interior one.</param>
/// <param name="MessagingPort">For clients.</param>
/// <param name="EdgeRouterPort">For edge routers; null = it takes none.</param>
/// <param name="InterRouterPort">For interior routers; null = it takes none.</param>
/// <param name="Host">Where it is.</param>
/// <param name="FogUuid">The fog it runs on; null on Kubernetes.</param>
/// <param name="CreatedAt">When it was first told.</param>
/// <param name="UpdatedAt">When it was told last.</param>
public sealed record DefaultRouterRow(
    long Id, bool IsEdge, int? MessagingPort, int? EdgeRouterPort, int? InterRouterPort, string? Host, string? FogUuid,
    DateTimeOffset? CreatedAt = null, DateTimeOffset? UpdatedAt = null);

/// <summary>The default router among <c>Routers</c>.</summary>
public static class DefaultRouterStore
{
    /// <summary>The default router; null when there is none.</summary>
    public static Task<DefaultRouterRow?> FindAsync(DbSession session) => session.QueryOneAsync(
        """
        SELECT "id", "is_edge", "messaging_port", "edge_router_port", "inter_router_port", "host", "iofog_uuid", "created_at", "updated_at"
        FROM "Routers" WHERE "is_default" = @yes ORDER BY "id" LIMIT 1
        """,
        r => new DefaultRouterRow(
            r.Long(), r.Bool(), r.IntOrNull(), r.IntOrNull(), r.IntOrNull(), r.TextOrNull(), r.TextOrNull(), r.TimeOrNull(), r.TimeOrNull()),
        new() { { "yes", true } });

    /// <summary>Sets the default router, an interior one; the fog that it runs on stays.</summary>
    public static async Task<DefaultRouterRow> SetAsync(
        DbSession session, string host, int messagingPort, int edgeRouterPort, int interRouterPort, DateTimeOffset now)
    {
        // No index says that there is one. This row is locked until the end: replicas look one after the other.
        await StateStore.SetAsync(session, "defaultRouter", host, now).ConfigureAwait(false);
        var parameters = new SqlParams
        {
            { "host", host }, { "messaging", messagingPort }, { "edge", edgeRouterPort }, { "inter", interRouterPort },
            { "no", false }, { "now", now },
        };
        if (await FindAsync(session).ConfigureAwait(false) is { } present)
        {
            parameters.Add("id", present.Id);
            await session.ExecuteAsync(
                """
                UPDATE "Routers" SET "is_edge" = @no, "messaging_port" = @messaging, "edge_router_port" = @edge, "inter_router_port" = @inter,
                  "host" = @host, "updated_at" = @now
                WHERE "id" = @id
                """,
                parameters).ConfigureAwait(false);
        }
        else
        {
            parameters.Add("yes", true);
            await session.InsertAsync(
                """
                INSERT INTO "Routers"
                  ("is_edge", "messaging_port", "edge_router_port", "inter_router_port", "host", "is_default", "created_at", "updated_at")
                VALUES (@no, @messaging, @edge, @inter, @host, @yes, @now, @now)
                """,
                parameters).ConfigureAwait(false);
        }

        return (await FindAsync(session).ConfigureAwait(false))!;
    }
}
