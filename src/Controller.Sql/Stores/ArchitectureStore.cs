namespace Controller.Sql.Stores;

/// <summary>One of the fixed architectures 0–4.</summary>
public sealed record ArchitectureRow(int Id, string Name, string Image, string Description);

/// <summary>Reads <c>Architectures</c>; nothing writes them after the seed.</summary>
public static class ArchitectureStore
{
    /// <summary>All of them, by id.</summary>
    public static Task<List<ArchitectureRow>> ListAsync(DbSession session) =>
        session.QueryAsync(
            "SELECT \"id\", \"name\", \"image\", \"description\" FROM \"Architectures\" ORDER BY \"id\"",
            r => new ArchitectureRow(r.Int(), r.Text(), r.Text(), r.Text()));
}
