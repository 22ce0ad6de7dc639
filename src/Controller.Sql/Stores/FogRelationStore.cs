namespace Controller.Sql.Stores;

/// <summary>
/// What hangs on fogs: tags, volume mounts, routers and NATS servers. Every list is read for one fog, or with null for
/// all of them in one query.
/// </summary>
public static class FogRelationStore
{
    /// <summary>Tags in the order they were given.</summary>
    public static Task<List<(string Fog, string Tag)>> ListTagsAsync(DbSession session, string? fogUuid) =>
        ListAsync(
            session,
            "SELECT i.\"fog_uuid\", t.\"value\" FROM \"IofogTags\" i JOIN \"Tags\" t ON t.\"id\" = i.\"tag_id\"",
            "i.\"fog_uuid\"",
            "i.\"id\"",
            fogUuid,
            r => (r.Text(), r.Text()));

    /// <summary>Replaces the tags of a fog.</summary>
    public static async Task SetTagsAsync(DbSession session, string fogUuid, IReadOnlyCollection<string> tags)
    {
        await session.ExecuteAsync("DELETE FROM \"IofogTags\" WHERE \"fog_uuid\" = @fog", new() { { "fog", fogUuid } }).ConfigureAwait(false);
        var given = new HashSet<long>();
        foreach (var tag in tags)
        {
            var parameters = new SqlParams { { "value", tag } };
            await session.ExecuteAsync(session.Dialect.InsertIfAbsent("Tags", "value"), parameters).ConfigureAwait(false);
            var id = await session.QueryOneAsync("SELECT \"id\" FROM \"Tags\" WHERE \"value\" = @value", r => r.Long(), parameters).ConfigureAwait(false);
            // Some engines take texts for equal that differ in case.
            if (given.Add(id))
            {
                await session.ExecuteAsync(
                    "INSERT INTO \"IofogTags\" (\"fog_uuid\", \"tag_id\") VALUES (@fog, @tag)", new() { { "fog", fogUuid }, { "tag", id } })
                    .ConfigureAwait(false);
            }
        }
    }

    /// <summary>Volume mounts linked to fogs, by name.</summary>
    public static Task<List<FogMountRow>> ListMountsAsync(DbSession session, string? fogUuid) =>
        ListAsync(
            session,
            """
            SELECT l."fog_uuid", v."name", v."version", v."config_map_name", v."secret_name"
            FROM "FogVolumeMounts" l JOIN "VolumeMounts" v ON v."uuid" = l."volume_mount_uuid"
            """,
            "l.\"fog_uuid\"",
            "v.\"name\"",
            fogUuid,
            r => new FogMountRow(r.Text(), r.Text(), r.Int(), r.TextOrNull(), r.TextOrNull()));

    /// <summary>Routers that run on fogs.</summary>
    public static Task<List<FogRouterRow>> ListRoutersAsync(DbSession session, string? fogUuid) =>
        ListAsync(
            session,
            "SELECT r.\"iofog_uuid\", r.\"is_edge\", r.\"messaging_port\", r.\"inter_router_port\", r.\"edge_router_port\" FROM \"Routers\" r",
            "r.\"iofog_uuid\"",
            "r.\"id\"",
            fogUuid,
            r => new FogRouterRow(r.Text(), r.Bool(), r.IntOrNull(), r.IntOrNull(), r.IntOrNull()));

    /// <summary>Upstream connections of the routers on fogs.</summary>
    public static Task<List<FogLinkRow>> ListRouterLinksAsync(DbSession session, string? fogUuid) =>
        ListAsync(
            session,
            """
            SELECT s."iofog_uuid", d."iofog_uuid", d."is_default"
            FROM "RouterConnections" c JOIN "Routers" s ON s."id" = c."source_router" JOIN "Routers" d ON d."id" = c."dest_router"
            """,
            "s.\"iofog_uuid\"",
            "c.\"id\"",
            fogUuid,
            r => new FogLinkRow(r.Text(), r.TextOrNull(), r.Bool()));

    /// <summary>NATS servers that run on fogs.</summary>
    public static Task<List<FogNatsRow>> ListNatsAsync(DbSession session, string? fogUuid) =>
        ListAsync(
            session,
            """
            SELECT n."iofog_uuid", n."is_leaf", n."server_port", n."leaf_port", n."cluster_port", n."mqtt_port", n."http_port",
                   n."js_storage_size", n."js_memory_store_size"
            FROM "NatsInstances" n
            """,
            "n.\"iofog_uuid\"",
            "n.\"id\"",
            fogUuid,
            r => new FogNatsRow(
                r.Text(), r.Bool(), r.IntOrNull(), r.IntOrNull(), r.IntOrNull(), r.IntOrNull(), r.IntOrNull(), r.TextOrNull(), r.TextOrNull()));

    /// <summary>Upstream connections of the NATS servers on fogs.</summary>
    public static Task<List<FogLinkRow>> ListNatsLinksAsync(DbSession session, string? fogUuid) =>
        ListAsync(
            session,
            """
            SELECT s."iofog_uuid", d."iofog_uuid", d."is_hub"
            FROM "NatsConnections" c JOIN "NatsInstances" s ON s."id" = c."source_nats" JOIN "NatsInstances" d ON d."id" = c."dest_nats"
            """,
            "s.\"iofog_uuid\"",
            "c.\"id\"",
            fogUuid,
            r => new FogLinkRow(r.Text(), r.TextOrNull(), r.Bool()));

    private static Task<List<T>> ListAsync<T>(
        DbSession session, string select, string fogColumn, string order, string? fogUuid, Func<SqlRow, T> map) =>
        fogUuid is null
            ? session.QueryAsync($"{select} WHERE {fogColumn} IS NOT NULL ORDER BY {order}", map)
            : session.QueryAsync($"{select} WHERE {fogColumn} = @fog ORDER BY {order}", map, new() { { "fog", fogUuid } });
}
