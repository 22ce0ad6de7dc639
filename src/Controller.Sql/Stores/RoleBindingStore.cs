namespace Controller.Sql.Stores;

/// <summary>Who has a role (<c>RbacRoleBindings</c>).</summary>
/// <param name="Id">0 while not stored.</param>
/// <param name="Name">Unique.</param>
/// <param name="RoleRef">JSON object <c>{"kind","name","apiGroup"?}</c>.</param>
/// <param name="RoleId">The stored role; null for a system role.</param>
/// <param name="Subjects">JSON array of <c>{"kind","name","apiGroup"?}</c>.</param>
/// <param name="CreatedAt">Set by the store.</param>
/// <param name="UpdatedAt">Set by the store.</param>
public sealed record RoleBindingRow(
    long Id, string Name, string RoleRef, long? RoleId, string Subjects, DateTimeOffset? CreatedAt = null, DateTimeOffset? UpdatedAt = null);

/// <summary>Role bindings.</summary>
public static class RoleBindingStore
{
    private const string Select =
        """
        SELECT "id", "name", "role_ref", "role_id", "subjects", "created_at", "updated_at" FROM "RbacRoleBindings"
        """;

    /// <summary>All bindings in order of creation.</summary>
    public static Task<List<RoleBindingRow>> ListAsync(DbSession session) => session.QueryAsync($"{Select} ORDER BY \"id\"", Map);

    /// <summary>One binding; null when there is none.</summary>
    public static Task<RoleBindingRow?> FindAsync(DbSession session, string name) =>
        session.QueryOneAsync($"{Select} WHERE \"name\" = @name", Map, new() { { "name", name } });

    /// <summary>As <see cref="FindAsync"/>, keeping other writers of the row away until the transaction ends.</summary>
    public static Task<RoleBindingRow?> LockAsync(DbSession session, string name) =>
        session.QueryOneAsync($"{Select} WHERE \"name\" = @name{session.Dialect.ForUpdate}", Map, new() { { "name", name } });

    /// <summary>Adds a binding.</summary>
    /// <exception cref="DatabaseException">The name is taken.</exception>
    public static Task InsertAsync(DbSession session, RoleBindingRow row, DateTimeOffset now) => session.ExecuteAsync(
        """
        INSERT INTO "RbacRoleBindings" ("name", "kind", "role_ref", "role_id", "subjects", "created_at", "updated_at")
        VALUES (@name, 'RoleBinding', @role_ref, @role_id, @subjects, @now, @now)
        """,
        Values(row, now));

    /// <summary>Writes every column of a binding.</summary>
    /// <exception cref="DatabaseException">The name is taken.</exception>
    public static Task UpdateAsync(DbSession session, RoleBindingRow row, DateTimeOffset now)
    {
        var values = Values(row, now);
        values.Add("id", row.Id);
        return session.ExecuteAsync(
            """
            UPDATE "RbacRoleBindings" SET "name" = @name, "role_ref" = @role_ref, "role_id" = @role_id, "subjects" = @subjects, "updated_at" = @now
            WHERE "id" = @id
            """,
            values);
    }

    /// <summary>Removes a binding; false when there is none.</summary>
    public static async Task<bool> DeleteAsync(DbSession session, string name) =>
        await session.ExecuteAsync("DELETE FROM \"RbacRoleBindings\" WHERE \"name\" = @name", new() { { "name", name } }).ConfigureAwait(false) > 0;

    private static SqlParams Values(RoleBindingRow row, DateTimeOffset now) => new()
    {
        { "name", row.Name }, { "role_ref", row.RoleRef }, { "role_id", row.RoleId }, { "subjects", row.Subjects }, { "now", now },
    };

    private static RoleBindingRow Map(SqlRow r) =>
        new(r.Long(), r.Text(), r.Text(), r.LongOrNull(), r.Text(), r.TimeOrNull(), r.TimeOrNull());
}
