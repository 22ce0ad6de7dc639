using System.Globalization;
using Controller.Testing;

namespace Controller.Tests.Support;

/// <summary>
/// Which database the tests' Controllers run on: SQLite, or what <c>CONTROLLER_TEST_DATABASE</c> names
/// (<c>postgres</c>, <c>mysql</c>), so that the same behaviour is proved on all three.
/// </summary>
internal static class TestDatabase
{
    private static readonly string? Provider = Environment.GetEnvironmentVariable("CONTROLLER_TEST_DATABASE") is { Length: > 0 } given ? given : null;

    public static bool IsSqlite => Provider is null;

    public static bool IsPostgres => Provider == "postgres";

    /// <summary>Whether a database can be copied; else every Controller makes its own.</summary>
    public static bool CanCopy => Provider is null or "postgres";

    /// <summary>Settings of a new database; none for SQLite, whose file is in the data directory.</summary>
    /// <param name="copied">Settings of a database to copy.</param>
    public static async Task<Dictionary<string, string>> NewAsync(Dictionary<string, string>? copied = null)
    {
        switch (Provider)
        {
            case null:
                return [];
            case "postgres":
                var postgres = await PostgresServer.SharedAsync();
                return Settings(postgres.Port, PostgresServer.User, await postgres.CreateDatabaseAsync(template: copied?["DB_NAME"]));
            case "mysql":
                var maria = await MariaDbServer.SharedAsync();
                return Settings(maria.Port, MariaDbServer.User, await maria.CreateDatabaseAsync());
            default:
                throw new InvalidOperationException($"CONTROLLER_TEST_DATABASE={Provider}: postgres or mysql is meant");
        }
    }

    private static Dictionary<string, string> Settings(int port, string user, string name) => new()
    {
        ["DB_PROVIDER"] = Provider!,
        ["DB_HOST"] = "127.0.0.1",
        ["DB_PORT"] = port.ToString(CultureInfo.InvariantCulture),
        ["DB_USERNAME"] = user,
        ["DB_NAME"] = name,
    };
}
