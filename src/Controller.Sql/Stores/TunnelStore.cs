namespace Controller.Sql.Stores;

/// <summary>SSH tunnels (<c>Tunnels</c>): one for each fog at most.</summary>
public static class TunnelStore
{
    private const string Columns =
        "\"id\", \"username\", \"password\", \"host\", \"remote_port\", \"local_port\", \"rsa_key\", \"closed\", \"iofog_uuid\"";

    /// <summary>The tunnel of a fog; null when it has none.</summary>
    public static Task<TunnelRow?> FindAsync(DbSession session, string fogUuid) =>
        session.QueryOneAsync(
            $"SELECT {Columns} FROM \"Tunnels\" WHERE \"iofog_uuid\" = @fog ORDER BY \"id\" DESC", Read, new() { { "fog", fogUuid } });

    /// <summary>All tunnels, oldest first.</summary>
    public static Task<List<TunnelRow>> ListAsync(DbSession session) =>
        session.QueryAsync($"SELECT {Columns} FROM \"Tunnels\" ORDER BY \"id\"", Read);

    /// <summary>Remote ports of a host that the open tunnels of other fogs have.</summary>
    public static Task<List<int>> ListPortsAsync(DbSession session, string host, string exceptFogUuid) =>
        session.QueryAsync(
            """
            SELECT "remote_port" FROM "Tunnels"
            WHERE "host" = @host AND "closed" = @no AND "iofog_uuid" <> @fog AND "remote_port" IS NOT NULL
            """,
            r => r.Int(),
            new() { { "host", host }, { "no", false }, { "fog", exceptFogUuid } });

    /// <summary>Opens the tunnel of a fog, in place of the one it has. The caller has locked the fog.</summary>
    public static async Task OpenAsync(DbSession session, string fogUuid, TunnelTarget target, int remotePort)
    {
        var parameters = new SqlParams
        {
            { "username", target.Username },
            { "password", target.Password },
            { "host", target.Host },
            { "remote", remotePort },
            { "local", target.LocalPort },
            { "key", target.RsaKey },
            { "no", false },
            { "fog", fogUuid },
        };
        if (await session.ExecuteAsync(
            """
            UPDATE "Tunnels" SET "username" = @username, "password" = @password, "host" = @host, "remote_port" = @remote,
              "local_port" = @local, "rsa_key" = @key, "closed" = @no
            WHERE "iofog_uuid" = @fog
            """,
            parameters).ConfigureAwait(false) == 0)
        {
            await session.ExecuteAsync(
                """
                INSERT INTO "Tunnels" ("username", "password", "host", "remote_port", "local_port", "rsa_key", "closed", "iofog_uuid")
                VALUES (@username, @password, @host, @remote, @local, @key, @no, @fog)
                """,
                parameters).ConfigureAwait(false);
        }
    }

    /// <summary>Marks the tunnel of a fog as closed.</summary>
    /// <returns>False when it has none.</returns>
    public static async Task<bool> CloseAsync(DbSession session, string fogUuid) =>
        await session.ExecuteAsync("UPDATE \"Tunnels\" SET \"closed\" = @yes WHERE \"iofog_uuid\" = @fog", new() { { "yes", true }, { "fog", fogUuid } })
            .ConfigureAwait(false) > 0;

    private static TunnelRow Read(SqlRow r) =>
        new(r.Long(), r.TextOrNull(), r.TextOrNull(), r.TextOrNull(), r.IntOrNull(), r.IntOrNull(), r.TextOrNull(), r.Bool(), r.Text());
}

/// <summary>SSH tunnel of a fog; the password in its stored form.</summary>
public sealed record TunnelRow(
    long Id, string? Username, string? Password, string? Host, int? RemotePort, int? LocalPort, string? RsaKey, bool Closed, string FogUuid);

/// <summary>Where a tunnel leads: the SSH server, who signs in there (the password in its stored form), and the node's port behind it.</summary>
public sealed record TunnelTarget(string Username, string Password, string Host, int LocalPort, string RsaKey);
