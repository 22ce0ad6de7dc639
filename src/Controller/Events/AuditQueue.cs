using System.Threading.Channels;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Events;

/// <summary>
/// Carries audit events to the database beside the requests: about one transaction a second, of as many rows as came.
/// Bounded: when the database does not keep up, new events are dropped and counted, requests never wait. A killed
/// process loses the last second of them.
/// </summary>
internal sealed partial class AuditQueue(Database database, TimeProvider time, ILogger<AuditQueue> log, int capacity = AuditQueue.Capacity)
    : BackgroundService
{
    /// <summary>Events that may wait; with one write a second also the most that are recorded in a second.</summary>
    public const int Capacity = 8192;

    private const int MostPerTransaction = 512;

    private static readonly TimeSpan Gather = TimeSpan.FromSeconds(1);

    private readonly Channel<EventRow> _waiting = Channel.CreateBounded<EventRow>(new BoundedChannelOptions(capacity) { SingleReader = true });
    private readonly SemaphoreSlim _writing = new(1);

    /// <summary>Taken from the queue and not yet in the database; guarded by <see cref="_writing"/>.</summary>
    private readonly List<EventRow> _batch = [];

    private long _dropped;

    /// <summary>Events that were not recorded since the start.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Hands an event over; never waits, never fails.</summary>
    public void Add(EventRow row)
    {
        if (!_waiting.Writer.TryWrite(row))
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    /// <summary>Writes what waits.</summary>
    /// <exception cref="DatabaseException">The database cannot be used now; nothing is lost.</exception>
    public async Task FlushAsync(CancellationToken cancel)
    {
        await _writing.WaitAsync(cancel);
        try
        {
            while (Take())
            {
                await WriteAsync();
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>The last act of a graceful stop, after the listeners are closed.</summary>
    public async Task FinishAsync()
    {
        try
        {
            await FlushAsync(CancellationToken.None);
        }
        catch (DatabaseException e)
        {
            Failed(log, e.Message);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var told = 0L;
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(stoppingToken))
            {
                await Task.Delay(Gather, time, stoppingToken);
                try
                {
                    await FlushAsync(stoppingToken);
                }
                catch (DatabaseException e)
                {
                    Failed(log, e.Message);
                }

                if (Dropped is var dropped && dropped > told)
                {
                    Lost(log, dropped - told, dropped);
                    told = dropped;
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private bool Take()
    {
        while (_batch.Count < MostPerTransaction && _waiting.Reader.TryRead(out var row))
        {
            _batch.Add(row);
        }

        return _batch.Count > 0;
    }

    private async Task WriteAsync()
    {
        try
        {
            // To its end also at a stop: broken off, nobody could tell whether to write it again.
            await database.WriteAsync(
                s =>
                {
                    s.NothingElseChanges();
                    return EventStore.InsertAsync(s, _batch, time.GetUtcNow());
                },
                Durability.Relaxed,
                CancellationToken.None);
        }
        catch (DatabaseException e) when (e.Fault is not (DatabaseFault.Unavailable or DatabaseFault.Conflict))
        {
            // A row that the database refuses must not keep back those behind it.
            Interlocked.Add(ref _dropped, _batch.Count);
            Failed(log, e.Message);
        }

        _batch.Clear();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Audit events could not be written: {message}")]
    private static partial void Failed(ILogger log, string message);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{count} audit events were dropped, {total} since the start")]
    private static partial void Lost(ILogger log, long count, long total);
}
