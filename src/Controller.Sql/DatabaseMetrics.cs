using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Controller.Sql;

/// <summary>The instruments of the database (runtime 3.3, reconcile 4.6). Nothing is timed while nobody listens.</summary>
public sealed class DatabaseMetrics : IDisposable
{
    /// <summary>Name of the meter, for exporters.</summary>
    public const string MeterName = "iofog-controller-db";

    private static readonly InstrumentAdvice<double> Milliseconds = new()
    {
        HistogramBucketBoundaries = [0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000],
    };

    private readonly KeyValuePair<string, object?> _provider;
    private readonly Histogram<double> _transactions;
    private readonly Histogram<double> _waits;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _invalidated;
    private readonly Counter<long> _fogCountWarnings;

    internal DatabaseMetrics(SqlFlavor flavor)
    {
        _provider = new("provider", flavor switch
        {
            SqlFlavor.Sqlite => "sqlite",
            SqlFlavor.Postgres => "postgres",
            _ => "mysql",
        });
        _transactions = Meter.CreateHistogram("db.transaction.duration", "ms", "From the transaction's begin to its commit or roll-back", advice: Milliseconds);
        _waits = Meter.CreateHistogram("db.write_queue.wait_ms", "ms", "How long a write waited for the writer (SQLite)", advice: Milliseconds);
        _retries = Meter.CreateCounter<long>("db.busy_retries", description: "Transactions tried again after a serialisation failure or deadlock");
        _invalidated = Meter.CreateCounter<long>("db.connection.invalidated", description: "Connections given up because they broke");
        _fogCountWarnings = Meter.CreateCounter<long>("db.sqlite.fog_count_warning", description: "Starts with more agents than SQLite is advised for");
    }

    /// <summary>One of its own for each database, so that a listener can tell them apart.</summary>
    internal Meter Meter { get; } = new(MeterName, "1.0.0");

    /// <summary>The fleet has outgrown SQLite.</summary>
    public void FogCountWarned() => _fogCountWarnings.Add(1);

    /// <summary>Ends the meter.</summary>
    public void Dispose() => Meter.Dispose();

    /// <param name="depth">Writes that wait for the writer now.</param>
    internal void WatchQueue(Func<int> depth) =>
        Meter.CreateObservableGauge("db.write_queue.depth", depth, description: "Writes that wait for the writer (SQLite)");

    /// <summary>A moment for <see cref="TransactionEnded"/>; 0 while nobody listens.</summary>
    internal long TransactionBegins() => _transactions.Enabled ? Stopwatch.GetTimestamp() : 0;

    internal void TransactionEnded(long began)
    {
        if (began != 0)
        {
            _transactions.Record(Stopwatch.GetElapsedTime(began).TotalMilliseconds, _provider);
        }
    }

    /// <summary>A moment for <see cref="Dequeued"/>; 0 while nobody listens.</summary>
    internal long Queued() => _waits.Enabled ? Stopwatch.GetTimestamp() : 0;

    internal void Dequeued(long queued)
    {
        if (queued != 0)
        {
            _waits.Record(Stopwatch.GetElapsedTime(queued).TotalMilliseconds);
        }
    }

    internal void Retried() => _retries.Add(1);

    internal void ConnectionInvalidated() => _invalidated.Add(1, _provider);
}
