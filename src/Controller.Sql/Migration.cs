using System.Globalization;
using System.Reflection;

namespace Controller.Sql;

/// <summary>One numbered SQL file of one dialect, embedded in this assembly.</summary>
internal sealed record Migration(int Number, string Name, IReadOnlyList<string> Statements)
{
    /// <summary>The files of a dialect in the order they are applied.</summary>
    public static IReadOnlyList<Migration> Load(SqlFlavor flavor)
    {
        var assembly = typeof(Migration).Assembly;
        var folder = $"Migrations/{FolderOf(flavor)}/";
        var migrations = new List<Migration>();
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            if (resource.StartsWith(folder, StringComparison.Ordinal))
            {
                var name = resource[folder.Length..];
                var number = int.Parse(name.AsSpan(0, name.IndexOf('_')), NumberStyles.None, CultureInfo.InvariantCulture);
                migrations.Add(new Migration(number, name, SqlScript.Split(Read(assembly, resource), flavor)));
            }
        }

        migrations.Sort((a, b) => a.Number.CompareTo(b.Number));
        return migrations;
    }

    private static string FolderOf(SqlFlavor flavor) => flavor switch
    {
        SqlFlavor.Sqlite => "sqlite",
        SqlFlavor.Postgres => "postgres",
        SqlFlavor.MySql => "mysql",
        _ => throw new ArgumentOutOfRangeException(nameof(flavor), flavor, null),
    };

    private static string Read(Assembly assembly, string resource)
    {
        using var stream = assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
