using System.Data.Common;

namespace Controller.Sql.Tests;

/// <summary>Reads what a database really holds and what ExpectedSchema.txt says, in the same words.</summary>
internal static class SchemaDump
{
    public static string Expected(SqlFlavor flavor)
    {
        using var stream = typeof(SchemaDump).Assembly.GetManifestResourceStream("ExpectedSchema.txt")!;
        using var reader = new StreamReader(stream);
        var tables = new Dictionary<string, List<string>>();
        List<string>? current = null;
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
            {
                continue;
            }

            if (!line.StartsWith(' '))
            {
                tables.Add(line, current = []);
                continue;
            }

            line = line.Trim();
            if (line.StartsWith("mysql ", StringComparison.Ordinal))
            {
                if (flavor == SqlFlavor.MySql)
                {
                    current!.Add(line["mysql ".Length..]);
                }
            }
            else if (line.StartsWith("not-mysql ", StringComparison.Ordinal))
            {
                if (flavor != SqlFlavor.MySql)
                {
                    current!.Add(line["not-mysql ".Length..]);
                }
            }
            else
            {
                current!.Add(line);
            }
        }

        return Render(tables);
    }

    public static async Task<string> ActualAsync(DbConnection connection, SqlFlavor flavor)
    {
        var (columns, indices, references) = flavor switch
        {
            SqlFlavor.Sqlite => (
                """
                SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c
                WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid
                """,
                """
                SELECT t.name, i.name, i."unique", c.name
                FROM sqlite_master t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
                WHERE t.type = 'table' AND i.origin = 'c' ORDER BY t.name, i.name, c.seqno
                """,
                """
                SELECT t.name, f."from", f."table", f."to", f.on_delete
                FROM sqlite_master t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table'
                """),
            SqlFlavor.Postgres => (
                """
                SELECT table_name, column_name FROM information_schema.columns
                WHERE table_schema = 'public' ORDER BY table_name, ordinal_position
                """,
                """
                SELECT t.relname, i.relname, x.indisunique::int, a.attname
                FROM pg_index x
                JOIN pg_class i ON i.oid = x.indexrelid
                JOIN pg_class t ON t.oid = x.indrelid
                JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = 'public'
                CROSS JOIN unnest(x.indkey) WITH ORDINALITY k (number, place)
                JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number
                WHERE NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.oid AND c.contype IN ('p', 'u'))
                ORDER BY t.relname, i.relname, k.place
                """,
                """
                SELECT t.relname, a.attname, r.relname, b.attname,
                    CASE f.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' ELSE 'NO ACTION' END
                FROM pg_constraint f
                JOIN pg_class t ON t.oid = f.conrelid
                JOIN pg_class r ON r.oid = f.confrelid
                JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = f.conkey[1]
                JOIN pg_attribute b ON b.attrelid = r.oid AND b.attnum = f.confkey[1]
                WHERE f.contype = 'f'
                """),
            _ => (
                """
                SELECT table_name, column_name FROM information_schema.columns
                WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position
                """,
                """
                SELECT table_name, index_name, 1 - non_unique, column_name FROM information_schema.statistics
                WHERE table_schema = DATABASE() AND index_name LIKE 'idx\_%' ORDER BY table_name, index_name, seq_in_index
                """,
                """
                SELECT k.table_name, k.column_name, k.referenced_table_name, k.referenced_column_name, r.delete_rule
                FROM information_schema.key_column_usage k
                JOIN information_schema.referential_constraints r
                    ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name
                    AND r.table_name = k.table_name
                WHERE k.table_schema = DATABASE() AND k.referenced_table_name IS NOT NULL
                """),
        };

        var tables = new Dictionary<string, List<string>>();
        foreach (var table in (await ReadAsync(connection, columns)).GroupBy(row => row[0]))
        {
            tables[table.Key] = ["columns " + string.Join(' ', table.Select(row => row[1]))];
        }

        foreach (var index in (await ReadAsync(connection, indices)).GroupBy(row => (Table: row[0], Name: row[1], Unique: row[2])))
        {
            var kind = index.Key.Unique == "1" ? "unique" : "index";
            tables[index.Key.Table].Add($"{kind} {index.Key.Name}({string.Join(',', index.Select(row => row[3]))})");
        }

        foreach (var row in await ReadAsync(connection, references))
        {
            tables[row[0]].Add($"references {row[1]} {row[2]}.{row[3]} {row[4].Replace(' ', '-')}");
        }

        return Render(tables);
    }

    private static async Task<List<string[]>> ReadAsync(DbConnection connection, string sql) =>
        [.. (await connection.RowsAsync(sql)).Select(row => row.Split('|'))];

    private static string Render(Dictionary<string, List<string>> tables) => string.Join('\n', tables
        .OrderBy(table => table.Key, StringComparer.Ordinal)
        .Select(table => table.Key + "\n  " + string.Join("\n  ", table.Value.Order(StringComparer.Ordinal))));
}
