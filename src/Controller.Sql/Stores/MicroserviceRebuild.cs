namespace Controller.Sql.Stores;

/// <summary>Orders that the containers made from something be made again.</summary>
internal static class MicroserviceRebuild
{
    /// <summary>Marks every microservice whose <paramref name="column"/> holds <paramref name="id"/>.</summary>
    /// <returns>The fogs that run them.</returns>
    public static async Task<List<string>> MarkAsync(DbSession session, string column, long id, DateTimeOffset now)
    {
        var marked = await session.ExecuteAsync(
            $"UPDATE \"Microservices\" SET \"rebuild\" = TRUE, \"updated_at\" = @now WHERE \"{column}\" = @id",
            new() { { "id", id }, { "now", now } }).ConfigureAwait(false);
        return marked == 0
            ? []
            : await session.QueryAsync(
                $"SELECT DISTINCT \"iofog_uuid\" FROM \"Microservices\" WHERE \"{column}\" = @id AND \"iofog_uuid\" IS NOT NULL",
                r => r.Text(),
                new() { { "id", id } }).ConfigureAwait(false);
    }
}
