using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Controller.Agents;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;
using StatusReport = Controller.Agents.StatusReport;

namespace Controller.Bench;

/// <summary>What a status report costs behind its JSON: taken into memory at once, written to SQLite with many others.</summary>
[MemoryDiagnoser]
public class AgentStatusBenchmarks
{
    /// <summary>Fogs of one flush: one transaction.</summary>
    private const int Fogs = 64;

    private readonly FogEntry[] _fogs = [.. Enumerable.Range(0, Fogs).Select(_ => new FogEntry(Guid.NewGuid().ToString()))];
    private string _directory = "";
    private Database _database = null!;
    private Telemetry _telemetry = null!;
    private FogStatus _status = null!;

    [GlobalSetup]
    public async Task Setup()
    {
        _directory = Directory.CreateTempSubdirectory("controller-bench-").FullName;
        _database = await Database.OpenAsync(new DatabaseOptions { SqlitePath = Path.Combine(_directory, "bench.sqlite") });
        await _database.MigrateAsync();
        foreach (var fog in _fogs)
        {
            await _database.WriteAsync(s => s.ExecuteAsync(
                """
                INSERT INTO "Fogs" ("uuid", "name", "arch_id", "container_engine", "created_at", "updated_at")
                VALUES (@uuid, @uuid, 1, 'edgelet', @now, @now)
                """,
                new() { { "uuid", fog.Uuid }, { "now", DateTimeOffset.UtcNow } }));
        }

        _telemetry = new Telemetry(_database, TimeProvider.System);
        using var report = JsonDocument.Parse(
            Edgelet.Simulator.StatusReport.Realistic(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddHours(-1), []).ToUtf8());
        _status = StatusReport.Node(new JsonFields(report.RootElement), new FogIdentity("f", "f", 1, false, "edgelet", 10, null, false, false, false));
        await FlushStatuses();
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        await _database.DisposeAsync();
        Directory.Delete(_directory, true);
    }

    [Benchmark]
    public Task TakeStatus() => _telemetry.ReportAsync(_fogs[0], _status, [], CancellationToken.None);

    /// <summary>Time and memory of one report of those written together.</summary>
    [Benchmark(OperationsPerInvoke = Fogs)]
    public async Task FlushStatuses()
    {
        foreach (var fog in _fogs)
        {
            await _telemetry.ReportAsync(fog, _status, [], CancellationToken.None);
        }

        await _telemetry.FlushAsync(_fogs, CancellationToken.None);
    }
}
