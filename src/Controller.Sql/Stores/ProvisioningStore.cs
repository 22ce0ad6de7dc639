namespace Controller.Sql.Stores;

/// <summary>A provisioning key. <paramref name="Expires"/>: milliseconds since 1970.</summary>
public sealed record ProvisioningKeyRow(string FogUuid, long Expires);

/// <summary>An upgrade or rollback that an agent is to make.</summary>
public sealed record VersionCommandRow(string Command, string? Semver);

/// <summary>Keys and commands that bind an agent to its fog.</summary>
public static class ProvisioningStore
{
    /// <summary>Gives a fog a provisioning key; it replaces the former one.</summary>
    public static Task SetKeyAsync(DbSession session, string fogUuid, string key, long expires) =>
        session.ExecuteAsync(
            session.Dialect.Upsert("FogProvisionKeys", ["iofog_uuid"], ["provisioning_string", "expiration_time"]),
            new() { { "iofog_uuid", fogUuid }, { "provisioning_string", key }, { "expiration_time", expires } });

    /// <summary>The fog behind a key, held until the transaction ends so that one caller alone can use it up.</summary>
    public static Task<ProvisioningKeyRow?> TakeKeyAsync(DbSession session, string key) =>
        session.QueryOneAsync(
            $"SELECT \"iofog_uuid\", \"expiration_time\" FROM \"FogProvisionKeys\" WHERE \"provisioning_string\" = @key{session.Dialect.ForUpdate}",
            r => new ProvisioningKeyRow(r.Text(), r.Long()),
            new() { { "key", key } });

    /// <summary>Deletes a key.</summary>
    public static Task DeleteKeyAsync(DbSession session, string key) =>
        session.ExecuteAsync("DELETE FROM \"FogProvisionKeys\" WHERE \"provisioning_string\" = @key", new() { { "key", key } });

    /// <summary>Sets the public key of an agent, in its stored form.</summary>
    public static Task SetPublicKeyAsync(DbSession session, string fogUuid, string publicKey, DateTimeOffset now) =>
        session.ExecuteAsync(
            session.Dialect.Upsert("FogPublicKeys", ["iofog_uuid"], ["public_key", "updated_at"], ["created_at"]),
            new() { { "iofog_uuid", fogUuid }, { "public_key", publicKey }, { "updated_at", now }, { "created_at", now } });

    /// <summary>The stored public key; null when the fog is not provisioned.</summary>
    public static Task<string?> FindPublicKeyAsync(DbSession session, string fogUuid) =>
        session.QueryOneAsync("SELECT \"public_key\" FROM \"FogPublicKeys\" WHERE \"iofog_uuid\" = @fog", r => r.TextOrNull(), new() { { "fog", fogUuid } });

    /// <summary>Deletes the public key: the agent is refused from now on.</summary>
    public static Task DeletePublicKeyAsync(DbSession session, string fogUuid) =>
        session.ExecuteAsync("DELETE FROM \"FogPublicKeys\" WHERE \"iofog_uuid\" = @fog", new() { { "fog", fogUuid } });

    /// <summary>Records that an agent of this architecture and engine holds a new key; no token of it was seen yet.</summary>
    public static Task SetProvisionedAsync(DbSession session, string fogUuid, int archId, string? engine, DateTimeOffset now)
    {
        var parameters = new SqlParams { { "fog", fogUuid }, { "arch", archId }, { "now", now } };
        if (engine is not null)
        {
            parameters.Add("engine", engine);
        }

        return session.ExecuteAsync(
            $"""
            UPDATE "Fogs" SET "arch_id" = @arch, "token_iat_mark" = NULL, "updated_at" = @now{(engine is null ? "" : ", \"container_engine\" = @engine")}
            WHERE "uuid" = @fog
            """,
            parameters);
    }

    /// <summary>Names of the microservices on a fog that have no image for an architecture.</summary>
    public static Task<List<string>> ListWithoutImageAsync(DbSession session, string fogUuid, int archId) =>
        session.QueryAsync(
            """
            SELECT m."name" FROM "Microservices" m WHERE m."iofog_uuid" = @fog AND NOT EXISTS (
              SELECT 1 FROM "CatalogItemImages" i WHERE i."arch_id" = @arch AND (
                i."microservice_uuid" = m."uuid"
                OR (i."microservice_uuid" IS NULL AND i."catalog_item_id" = m."catalog_item_id"
                  AND NOT EXISTS (SELECT 1 FROM "CatalogItemImages" o WHERE o."microservice_uuid" = m."uuid"))))
            ORDER BY m."name"
            """,
            r => r.Text(),
            new() { { "fog", fogUuid }, { "arch", archId } });

    /// <summary>Sets the command that the agent finds at its next look.</summary>
    public static Task SetVersionCommandAsync(DbSession session, string fogUuid, VersionCommandRow command) =>
        session.ExecuteAsync(
            session.Dialect.Upsert("FogVersionCommands", ["iofog_uuid"], ["version_command", "semver"]),
            new() { { "iofog_uuid", fogUuid }, { "version_command", command.Command }, { "semver", command.Semver } });

    /// <summary>The last command; null when none was ever given.</summary>
    public static Task<VersionCommandRow?> FindVersionCommandAsync(DbSession session, string fogUuid) =>
        session.QueryOneAsync(
            "SELECT \"version_command\", \"semver\" FROM \"FogVersionCommands\" WHERE \"iofog_uuid\" = @fog",
            r => new VersionCommandRow(r.Text(), r.TextOrNull()),
            new() { { "fog", fogUuid } });
}
