using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Controller.Sql.Stores;

namespace Controller.Sql.Tests;

/// <summary>What each engine measures of itself (runtime 3.3).</summary>
public sealed class DatabaseMetricsTests
{
    private static readonly DateTimeOffset Now = new(2026, 7, 10, 8, 0, 0, TimeSpan.Zero);

    [Test]
    [Arguments(SqlFlavor.Sqlite, "sqlite")]
    [Arguments(SqlFlavor.Postgres, "postgres")]
    [Arguments(SqlFlavor.MySql, "mysql")]
    public async Task Transactions_are_timed_whether_they_commit_or_not(SqlFlavor flavor, string provider)
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await db.Database.WriteAsync(s => StateStore.SetAsync(s, "unheard", "1", Now));
        using var measured = new Measurements(db.Database.Metrics);
        await db.Database.WriteAsync(s => StateStore.SetAsync(s, "x", "1", Now));
        await Assert.ThrowsAsync<InvalidOperationException>(() => db.Database.WriteAsync(_ => throw new InvalidOperationException()));
        await db.Database.ReadAsync(s => StateStore.GetAsync(s, "x"));
        // The writer's thread measures before it answers; on servers the caller's own.
        var transactions = measured.Of("db.transaction.duration");
        await Assert.That(transactions.Count).IsEqualTo(2);
        await Assert.That(transactions.All(t => t.Value > 0 && t.Tags["provider"] == provider)).IsTrue();
    }

    [Test]
    public async Task The_queue_of_the_SQLite_writer_has_a_depth_and_a_wait()
    {
        await using var db = await MigratedDatabase.OpenAsync(SqlFlavor.Sqlite);
        using var measured = new Measurements(db.Database.Metrics);
        using var release = new ManualResetEventSlim();
        var entered = new TaskCompletionSource();
        var first = db.Database.WriteAsync(s =>
        {
            entered.SetResult();
            release.Wait();
            return Task.CompletedTask;
        });
        await entered.Task;
        var second = db.Database.WriteAsync(s => StateStore.SetAsync(s, "a", "1", Now));
        var third = db.Database.AutoCommitAsync(s => StateStore.GetAsync(s, "a"));
        await Assert.That(measured.Observe("db.write_queue.depth")).IsEqualTo(2);
        release.Set();
        await Task.WhenAll(first, second, third);
        await Assert.That(measured.Observe("db.write_queue.depth")).IsEqualTo(0);
        await Assert.That(measured.Of("db.write_queue.wait_ms").Count).IsEqualTo(3);
    }

    [Test]
    [Arguments(SqlFlavor.Postgres)]
    [Arguments(SqlFlavor.MySql)]
    public async Task Conflicts_that_are_tried_again_and_connections_that_break_are_counted(SqlFlavor flavor)
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        using var measured = new Measurements(db.Database.Metrics);
        var attempts = 0;
        await db.Database.WriteAsync(s => ++attempts < 3 ? throw new DatabaseException(DatabaseFault.Conflict, "deadlock") : Task.CompletedTask);
        await Assert.That(measured.Of("db.busy_retries").Sum(r => r.Value)).IsEqualTo(2);
        await Assert.That(measured.Of("db.connection.invalidated")).IsEmpty();

        var suicide = flavor == SqlFlavor.Postgres ? "SELECT pg_terminate_backend(pg_backend_pid())" : "KILL CONNECTION_ID()";
        await Assert.ThrowsAsync<DatabaseException>(() => db.Database.ReadAsync(async s =>
        {
            try
            {
                await s.ExecuteAsync(suicide);
            }
            catch (DatabaseException) when (flavor == SqlFlavor.MySql)
            {
                // MariaDB says so before it closes; the next statement finds out.
            }

            return await s.ExecuteAsync("SELECT 1");
        }));
        await Assert.That(measured.Of("db.connection.invalidated").Count).IsEqualTo(1);
    }

    /// <summary>Listens to one database.</summary>
    private sealed class Measurements : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentQueue<(string Name, double Value, Dictionary<string, string?> Tags)> _all = new();

        public Measurements(DatabaseMetrics metrics)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (ReferenceEquals(instrument.Meter, metrics.Meter))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
            _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Keep(instrument, value, tags));
            _listener.Start();
        }

        public List<(string Name, double Value, Dictionary<string, string?> Tags)> Of(string name) => [.. _all.Where(m => m.Name == name)];

        public double Observe(string gauge)
        {
            _listener.RecordObservableInstruments();
            return Of(gauge)[^1].Value;
        }

        public void Dispose() => _listener.Dispose();

        private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            _all.Enqueue((instrument.Name, value, tags.ToArray().ToDictionary(t => t.Key, t => t.Value?.ToString())));
    }
}
