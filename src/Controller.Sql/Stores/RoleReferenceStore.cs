namespace Controller.Sql.Stores;

/// <summary>
/// The references to roles in bindings and service accounts. What counts is the name in <c>role_ref</c>; <c>role_id</c>
/// only repeats which row that was.
/// </summary>
public static class RoleReferenceStore
{
    /// <summary>The tables that hold references.</summary>
    public static IReadOnlyList<string> Tables { get; } = ["RbacRoleBindings", "RbacServiceAccounts"];

    /// <summary>
    /// The distinct <c>role_ref</c> texts of a table in which a role's name occurs as a JSON string; a superset of the
    /// references to it. Names of roles hold nothing that LIKE or JSON would take for something else.
    /// </summary>
    public static Task<List<string>> ListTextsAsync(DbSession session, string table, string role) => session.QueryAsync(
        $"SELECT DISTINCT \"role_ref\" FROM \"{table}\" WHERE \"role_ref\" LIKE @pattern", r => r.Text(), new() { { "pattern", $"%\"{role}\"%" } });

    /// <summary>Puts one reference in place of another.</summary>
    public static Task ReplaceAsync(DbSession session, string table, string text, string newText, long? roleId, DateTimeOffset now) =>
        session.ExecuteAsync(
            $"UPDATE \"{table}\" SET \"role_ref\" = @new, \"role_id\" = @id, \"updated_at\" = @now WHERE \"role_ref\" = @old",
            new() { { "new", newText }, { "id", roleId }, { "now", now }, { "old", text } });

    /// <summary>The fogs of the microservices whose service accounts hold one of these references.</summary>
    public static Task<List<string>> ListFogsAsync(DbSession session, IEnumerable<string> texts)
    {
        var parameters = new SqlParams();
        return session.QueryAsync(
            $"""
            SELECT DISTINCT m."iofog_uuid" FROM "RbacServiceAccounts" a JOIN "Microservices" m ON m."uuid" = a."microservice_uuid"
            WHERE a."role_ref" IN {parameters.In("ref", texts)} AND m."iofog_uuid" IS NOT NULL
            """,
            r => r.Text(),
            parameters);
    }
}
