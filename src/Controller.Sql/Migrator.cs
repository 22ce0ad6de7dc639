using System.Data.Common;
namespace Controller.Sql;
public sealed class Migrator { public Task<IReadOnlyList<string>> MigrateAsync(DbConnection c, SqlFlavor f, CancellationToken ct) => Task.FromResult<IReadOnlyList<string>>([]); }
