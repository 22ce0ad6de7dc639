using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Events;

/// <summary>Reads and deletes audit events (api-platform 17).</summary>
internal sealed class EventService(Database database, AuditQueue queue, TimeProvider time)
{
    /// <summary>Rows of one transaction: a large deletion must not keep other writers waiting.</summary>
    private const int Batch = 1000;

    /// <summary>What is still on its way to the database is written first: whoever asks sees what this replica has recorded.</summary>
    public async Task<EventListAnswer> ListAsync(EventQuery query, CancellationToken cancel)
    {
        await queue.FlushAsync(cancel);
        var (rows, total) = await database.ReadAsync(s => EventStore.ListAsync(s, query.Filter, query.Limit, query.Offset), cancel);
        return new(rows.ConvertAll(ToBody), total, query.Limit, query.Offset);
    }

    /// <summary>Deletes events that are older than <paramref name="days"/>; 0 = all that there are now.</summary>
    public async Task<EventDeletionAnswer> DeleteAsync(int days, CancellationToken cancel)
    {
        await queue.FlushAsync(cancel);
        var now = time.GetUtcNow();
        DateTimeOffset? before = days == 0 ? null : now.AddDays(-days);
        var last = await database.ReadAsync(EventStore.LastIdAsync, cancel);
        var deleted = 0L;
        int batch;
        do
        {
            // Each batch counts by itself: a deletion that breaks off has deleted only what it was to delete.
            batch = await database.WriteAsync(
                s => EventStore.DeleteAsync(s, before?.ToUnixTimeMilliseconds(), last, Batch), Durability.Relaxed, cancel);
            deleted += batch;
        }
        while (batch == Batch);

        return new(deleted, before, now, days == 0);
    }

    private static EventBody ToBody(EventRow row) => new(
        row.Id,
        row.Timestamp,
        row.EventType,
        row.EndpointType,
        row.ActorId,
        row.Method,
        row.ResourceType,
        row.ResourceId,
        row.EndpointPath,
        row.IpAddress,
        row.Status,
        row.StatusCode,
        row.StatusMessage,
        row.RequestId,
        row.CreatedAt,
        row.UpdatedAt);
}
