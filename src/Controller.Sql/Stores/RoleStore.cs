namespace Controller.Sql.Stores;

/// <summary>One rule of a stored role; every list is the text of a JSON array.</summary>
public sealed record RoleRuleRow(string ApiGroups, string Resources, string Verbs, string? ResourceNames);

/// <summary>A role that operators made (<c>RbacRoles</c>), with its rules in order.</summary>
public sealed record RoleRow(long Id, string Name, IReadOnlyList<RoleRuleRow> Rules, DateTimeOffset? CreatedAt, DateTimeOffset? UpdatedAt);

/// <summary>Stored roles and their rules.</summary>
public static class RoleStore
{
    /// <summary>All roles in order of creation, in one query.</summary>
    public static Task<List<RoleRow>> ListAsync(DbSession session) => ReadAsync(session, "", null);

    /// <summary>The roles of these names that exist, in one query.</summary>
    public static Task<List<RoleRow>> ListAsync(DbSession session, IEnumerable<string> names)
    {
        var parameters = new SqlParams();
        return ReadAsync(session, $"WHERE r.\"name\" IN {parameters.In("role", names)}", parameters);
    }

    /// <summary>One role; null when there is none.</summary>
    public static async Task<RoleRow?> FindAsync(DbSession session, string name) =>
        (await ListAsync(session, [name]).ConfigureAwait(false)).FirstOrDefault();

    /// <summary>The id of a role; null when there is none.</summary>
    public static Task<long?> FindIdAsync(DbSession session, string name) => session.QueryOneAsync(
        "SELECT \"id\" FROM \"RbacRoles\" WHERE \"name\" = @name", r => r.LongOrNull(), new() { { "name", name } });

    /// <summary>As <see cref="FindIdAsync"/>, keeping other writers of the role away until the transaction ends.</summary>
    public static Task<long?> LockAsync(DbSession session, string name) => session.QueryOneAsync(
        $"SELECT \"id\" FROM \"RbacRoles\" WHERE \"name\" = @name{session.Dialect.ForUpdate}", r => r.LongOrNull(), new() { { "name", name } });

    /// <summary>Adds a role without rules and returns its id.</summary>
    /// <exception cref="DatabaseException">The name is taken.</exception>
    public static Task<long> InsertAsync(DbSession session, string name, DateTimeOffset now) => session.InsertAsync(
        "INSERT INTO \"RbacRoles\" (\"name\", \"kind\", \"created_at\", \"updated_at\") VALUES (@name, 'Role', @now, @now)",
        new() { { "name", name }, { "now", now } });

    /// <summary>Gives a role its name, the same or another.</summary>
    /// <exception cref="DatabaseException">The name is taken.</exception>
    public static Task UpdateAsync(DbSession session, long id, string name, DateTimeOffset now) => session.ExecuteAsync(
        "UPDATE \"RbacRoles\" SET \"name\" = @name, \"updated_at\" = @now WHERE \"id\" = @id",
        new() { { "id", id }, { "name", name }, { "now", now } });

    /// <summary>Puts these rules in place of a role's.</summary>
    public static async Task ReplaceRulesAsync(DbSession session, long id, IReadOnlyList<RoleRuleRow> rules, DateTimeOffset now)
    {
        await session.ExecuteAsync("DELETE FROM \"RbacRoleRules\" WHERE \"role_id\" = @id", new() { { "id", id } }).ConfigureAwait(false);
        const int perStatement = 100;
        foreach (var chunk in rules.Chunk(perStatement))
        {
            var parameters = new SqlParams { { "id", id }, { "now", now } };
            var values = chunk.Select((rule, i) =>
            {
                parameters.Add($"groups{i}", rule.ApiGroups);
                parameters.Add($"resources{i}", rule.Resources);
                parameters.Add($"verbs{i}", rule.Verbs);
                parameters.Add($"names{i}", rule.ResourceNames);
                return $"(@id, @groups{i}, @resources{i}, @verbs{i}, @names{i}, @now, @now)";
            });
            await session.ExecuteAsync(
                $"""
                INSERT INTO "RbacRoleRules" ("role_id", "api_groups", "resources", "verbs", "resource_names", "created_at", "updated_at")
                VALUES {string.Join(", ", values)}
                """,
                parameters).ConfigureAwait(false);
        }
    }

    /// <summary>Removes a role with its rules.</summary>
    public static Task DeleteAsync(DbSession session, long id) =>
        session.ExecuteAsync("DELETE FROM \"RbacRoles\" WHERE \"id\" = @id", new() { { "id", id } });

    private static async Task<List<RoleRow>> ReadAsync(DbSession session, string where, SqlParams? parameters)
    {
        var rows = await session.QueryAsync(
            $"""
            SELECT r."id", r."name", r."created_at", r."updated_at", l."api_groups", l."resources", l."verbs", l."resource_names"
            FROM "RbacRoles" r LEFT JOIN "RbacRoleRules" l ON l."role_id" = r."id" {where}
            ORDER BY r."id", l."id"
            """,
            r =>
            {
                var role = new RoleRow(r.Long(), r.Text(), [], r.TimeOrNull(), r.TimeOrNull());
                var groups = r.TextOrNull();
                // No groups, no rule: the column is never null.
                return (Role: role, Rule: groups is null ? null : new RoleRuleRow(groups, r.Text(), r.Text(), r.TextOrNull()));
            },
            parameters).ConfigureAwait(false);
        return [.. rows.GroupBy(r => r.Role.Id).Select(g => g.First().Role with { Rules = [.. g.Select(r => r.Rule).OfType<RoleRuleRow>()] })];
    }
}
