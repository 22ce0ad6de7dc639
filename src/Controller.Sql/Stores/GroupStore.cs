namespace Controller.Sql.Stores;

/// <summary>A group of local accounts (<c>AuthGroups</c>).</summary>
/// <param name="Id">Number.</param>
/// <param name="Name">Lower case; what roles and role bindings match.</param>
/// <param name="IsSystem">One of those that every Controller has.</param>
/// <param name="MfaRequired">Its members must have a second factor.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When it was last changed.</param>
public sealed record GroupRow(long Id, string Name, bool IsSystem, bool MfaRequired, DateTimeOffset? CreatedAt, DateTimeOffset? UpdatedAt);

/// <summary>Groups of local accounts.</summary>
public static class GroupStore
{
    private const string Select = "SELECT \"id\", \"name\", \"is_system\", \"mfa_required\", \"created_at\", \"updated_at\" FROM \"AuthGroups\"";

    /// <summary>All groups by name.</summary>
    public static Task<List<GroupRow>> ListAsync(DbSession session) => session.QueryAsync($"{Select} ORDER BY \"name\"", Map);

    /// <summary>A group by name.</summary>
    public static Task<GroupRow?> FindAsync(DbSession session, string name) =>
        session.QueryOneAsync($"{Select} WHERE \"name\" = @name", Map, new() { { "name", name } });

    /// <summary>As <see cref="FindAsync"/>, locking the row until the transaction ends.</summary>
    public static Task<GroupRow?> LockAsync(DbSession session, string name) =>
        session.QueryOneAsync($"{Select} WHERE \"name\" = @name{session.Dialect.ForUpdate}", Map, new() { { "name", name } });

    /// <summary>Those of the names that are groups.</summary>
    public static Task<List<string>> ExistingAsync(DbSession session, IReadOnlyCollection<string> names)
    {
        var parameters = new SqlParams();
        return session.QueryAsync($"SELECT \"name\" FROM \"AuthGroups\" WHERE \"name\" IN {parameters.In("name", names)}", r => r.Text(), parameters);
    }

    /// <summary>Adds a group.</summary>
    public static Task InsertAsync(DbSession session, string name, bool mfaRequired, DateTimeOffset now) => session.ExecuteAsync(
        """
        INSERT INTO "AuthGroups" ("name", "is_system", "mfa_required", "created_at", "updated_at") VALUES (@name, FALSE, @mfa, @now, @now)
        """,
        new() { { "name", name }, { "mfa", mfaRequired }, { "now", now } });

    /// <summary>Changes a group.</summary>
    public static Task UpdateAsync(DbSession session, long id, string name, bool mfaRequired, DateTimeOffset now) => session.ExecuteAsync(
        "UPDATE \"AuthGroups\" SET \"name\" = @name, \"mfa_required\" = @mfa, \"updated_at\" = @now WHERE \"id\" = @id",
        new() { { "id", id }, { "name", name }, { "mfa", mfaRequired }, { "now", now } });

    /// <summary>Removes a group; its members stay without it.</summary>
    public static Task DeleteAsync(DbSession session, long id) =>
        session.ExecuteAsync("DELETE FROM \"AuthGroups\" WHERE \"id\" = @id", new() { { "id", id } });

    private static GroupRow Map(SqlRow row) => new(row.Long(), row.Text(), row.Bool(), row.Bool(), row.TimeOrNull(), row.TimeOrNull());
}
