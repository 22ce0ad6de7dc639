namespace Controller.Sql.Stores;

/// <summary>An application with placeholders.</summary>
public sealed record ApplicationTemplateRow
{
    /// <summary>0 while not stored.</summary>
    public long Id { get; init; }
    public required string Name { get; init; }
    public string Description { get; init; } = "";
    public string SchemaVersion { get; init; } = "";

    /// <summary>The application as JSON text; null when the template has none.</summary>
    public string? ApplicationJson { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
}

/// <summary>A variable of a template.</summary>
/// <param name="Id">0 while not stored.</param>
/// <param name="TemplateId">Its template.</param>
/// <param name="Key">What placeholders call it.</param>
/// <param name="Description">For people.</param>
/// <param name="DefaultValue">JSON text; null when there is no default.</param>
/// <param name="CreatedAt">When it was stored.</param>
/// <param name="UpdatedAt">When it was changed.</param>
public sealed record TemplateVariableRow(
    long Id, long TemplateId, string Key, string Description, string? DefaultValue, DateTimeOffset? CreatedAt = null, DateTimeOffset? UpdatedAt = null);

/// <summary>Application templates and their variables.</summary>
public static class ApplicationTemplateStore
{
    private const string Select =
        """
        SELECT "id", "name", "description", "schema_version", "application_json", "created_at", "updated_at" FROM "ApplicationTemplates"
        """;

    private const string SelectVariables =
        """
        SELECT "id", "application_template_id", "key", "description", "default_value", "created_at", "updated_at" FROM "ApplicationTemplateVariables"
        """;

    /// <summary>All templates, in order of creation.</summary>
    public static Task<List<ApplicationTemplateRow>> ListAsync(DbSession session) => session.QueryAsync(Select + " ORDER BY \"id\"", Map);

    /// <summary>The template of a name; null when there is none.</summary>
    public static Task<ApplicationTemplateRow?> FindAsync(DbSession session, string name) =>
        session.QueryOneAsync(Select + " WHERE \"name\" = @name", Map, new() { { "name", name } });

    /// <summary>As <see cref="FindAsync"/>, keeping other writers of the row away until the transaction ends.</summary>
    public static Task<ApplicationTemplateRow?> FindForUpdateAsync(DbSession session, string name) =>
        session.QueryOneAsync(Select + " WHERE \"name\" = @name" + session.Dialect.ForUpdate, Map, new() { { "name", name } });

    /// <summary>Adds a template and returns its id.</summary>
    public static Task<long> InsertAsync(DbSession session, ApplicationTemplateRow row, DateTimeOffset now)
    {
        var parameters = Parameters(row, now);
        parameters.Add("created_at", now);
        parameters.Add("schema_version", row.SchemaVersion);
        return session.InsertAsync(
            """
            INSERT INTO "ApplicationTemplates" ("name", "description", "schema_version", "application_json", "created_at", "updated_at")
            VALUES (@name, @description, @schema_version, @application_json, @created_at, @updated_at)
            """,
            parameters);
    }

    /// <summary>Writes name, description and application.</summary>
    public static Task UpdateAsync(DbSession session, ApplicationTemplateRow row, DateTimeOffset now)
    {
        var parameters = Parameters(row, now);
        parameters.Add("id", row.Id);
        return session.ExecuteAsync(
            """
            UPDATE "ApplicationTemplates" SET "name" = @name, "description" = @description, "application_json" = @application_json,
              "updated_at" = @updated_at
            WHERE "id" = @id
            """,
            parameters);
    }

    /// <summary>Removes a template with its variables; none of this name is no error.</summary>
    public static Task DeleteAsync(DbSession session, string name) =>
        session.ExecuteAsync("DELETE FROM \"ApplicationTemplates\" WHERE \"name\" = @name", new() { { "name", name } });

    /// <summary>The variables of one template, or with null of all, in order of creation.</summary>
    public static Task<List<TemplateVariableRow>> ListVariablesAsync(DbSession session, long? templateId) => templateId is { } id
        ? session.QueryAsync(SelectVariables + " WHERE \"application_template_id\" = @id ORDER BY \"id\"", MapVariable, new() { { "id", id } })
        : session.QueryAsync(SelectVariables + " ORDER BY \"id\"", MapVariable);

    /// <summary>Replaces the variables of a template by these, whose own template id is not looked at.</summary>
    public static async Task ReplaceVariablesAsync(
        DbSession session, long templateId, IReadOnlyList<TemplateVariableRow> variables, DateTimeOffset now)
    {
        await session.ExecuteAsync(
            "DELETE FROM \"ApplicationTemplateVariables\" WHERE \"application_template_id\" = @id", new() { { "id", templateId } }).ConfigureAwait(false);

        // In pieces: engines limit the number of parameters.
        const int most = 100;
        foreach (var piece in variables.Chunk(most))
        {
            var parameters = new SqlParams { { "id", templateId }, { "now", now } };
            var rows = new List<string>(piece.Length);
            for (var i = 0; i < piece.Length; i++)
            {
                parameters.Add($"k{i}", piece[i].Key);
                parameters.Add($"d{i}", piece[i].Description);
                parameters.Add($"v{i}", piece[i].DefaultValue);
                rows.Add($"(@id, @k{i}, @d{i}, @v{i}, @now, @now)");
            }

            await session.ExecuteAsync(
                $"""
                INSERT INTO "ApplicationTemplateVariables" ("application_template_id", "key", "description", "default_value", "created_at", "updated_at")
                VALUES {string.Join(", ", rows)}
                """,
                parameters).ConfigureAwait(false);
        }
    }

    private static SqlParams Parameters(ApplicationTemplateRow row, DateTimeOffset now) => new()
    {
        { "name", row.Name },
        { "description", row.Description },
        { "application_json", row.ApplicationJson },
        { "updated_at", now },
    };

    private static ApplicationTemplateRow Map(SqlRow r) => new()
    {
        Id = r.Long(),
        Name = r.Text(),
        Description = r.Text(),
        SchemaVersion = r.Text(),
        ApplicationJson = r.TextOrNull(),
        CreatedAt = r.TimeOrNull(),
        UpdatedAt = r.TimeOrNull(),
    };

    private static TemplateVariableRow MapVariable(SqlRow r) =>
        new(r.Long(), r.Long(), r.Text(), r.Text(), r.TextOrNull(), r.TimeOrNull(), r.TimeOrNull());
}
