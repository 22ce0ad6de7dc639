using System.Text;

namespace Controller.Sql.Stores;

/// <summary>Adds many rows in few statements.</summary>
internal static class BulkInsert
{
    /// <summary>SQLite's driver looks for each parameter by name among all of them, so more would cost more than it saves.</summary>
    private const int ParametersPerStatement = 1000;

    /// <summary>One INSERT for as many rows as fit; ids follow the order of the items.</summary>
    public static async Task RunAsync<T>(
        DbSession session, string table, string[] columns, IReadOnlyCollection<T> items, Func<T, object?[]> values)
    {
        foreach (var some in items.Chunk(Math.Max(1, ParametersPerStatement / columns.Length)))
        {
            var sql = new StringBuilder("INSERT INTO \"").Append(table).Append("\" (\"").AppendJoin("\", \"", columns).Append("\") VALUES ");
            var parameters = new SqlParams();
            for (var row = 0; row < some.Length; row++)
            {
                sql.Append(row == 0 ? "(" : ", (");
                var cells = values(some[row]);
                for (var column = 0; column < cells.Length; column++)
                {
                    var name = $"v{row}_{column}";
                    sql.Append(column == 0 ? "@" : ", @").Append(name);
                    parameters.Add(name, cells[column]);
                }

                sql.Append(')');
            }

            await session.ExecuteAsync(sql.ToString(), parameters).ConfigureAwait(false);
        }
    }
}
