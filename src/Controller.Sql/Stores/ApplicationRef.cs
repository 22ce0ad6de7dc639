using System.Globalization;

namespace Controller.Sql.Stores;

/// <summary>What microservices need to know about their application.</summary>
public sealed record ApplicationRef(long Id, string Name, bool IsSystem, bool IsActivated, bool NatsAccess);

/// <summary>Finds applications for their microservices.</summary>
public static class ApplicationRefStore
{
    private const string Select =
        """
        SELECT "id", "name", "is_system", "is_activated", "nats_access" FROM "Applications"
        """;

    /// <summary>The application of a name, whoever owns it.</summary>
    public static Task<ApplicationRef?> FindByNameAsync(DbSession session, string name) =>
        session.QueryOneAsync($"{Select} WHERE \"name\" = @name", Map, new() { { "name", name } });

    /// <summary>The application of an id.</summary>
    public static Task<ApplicationRef?> FindAsync(DbSession session, long id) =>
        session.QueryOneAsync($"{Select} WHERE \"id\" = @id", Map, new() { { "id", id } });

    /// <summary>The user's or system's application that a client means by a name or, failing that, by the digits of an id.</summary>
    public static async Task<ApplicationRef?> FindByNameOrIdAsync(DbSession session, string nameOrId, bool isSystem)
    {
        var found = await FindByNameAsync(session, nameOrId).ConfigureAwait(false);
        if (found?.IsSystem != isSystem && int.TryParse(nameOrId, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            found = await FindAsync(session, id).ConfigureAwait(false);
        }

        return found?.IsSystem == isSystem ? found : null;
    }

    /// <summary>Adds an active system application unless there is an application of this name.</summary>
    public static Task EnsureSystemAsync(DbSession session, string name, DateTimeOffset now) => session.ExecuteAsync(
        session.Dialect.InsertIfAbsent(
            "Applications", "name", "description", "is_activated", "is_system", "nats_access", "created_at", "updated_at"),
        new()
        {
            { "name", name }, { "description", "" }, { "is_activated", true }, { "is_system", true }, { "nats_access", false },
            { "created_at", now }, { "updated_at", now },
        });

    private static ApplicationRef Map(SqlRow r) => new(r.Long(), r.Text(), r.Bool(), r.Bool(), r.Bool());
}
