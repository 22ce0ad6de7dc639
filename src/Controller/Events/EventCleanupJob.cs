using Controller.Configuration;
using Controller.Hosting;
using Controller.Sql.Stores;

namespace Controller.Events;

/// <summary>Removes audit events past their time (reconcile 18.4).</summary>
internal sealed class EventCleanupJob(
    EventService events, AuditTrail audit, ControllerSettings settings, TimeProvider time, ILogger<EventCleanupJob> log) : PeriodicJob(time, log)
{
    private readonly TimeProvider _time = time;

    protected override string Name => "event-cleanup";

    protected override TimeSpan FirstAfter => TimeSpan.Zero;

    protected override TimeSpan Interval => settings.Events.CleanupInterval;

    protected override async Task RunAsync(CancellationToken cancel)
    {
        var days = (int)settings.Events.Retention.TotalDays;
        var deletion = await events.DeleteAsync(days, cancel);
        if (deletion.DeletedCount == 0)
        {
            return;
        }

        audit.Add(new EventRow
        {
            Timestamp = _time.GetUtcNow().ToUnixTimeMilliseconds(),
            EventType = AuditTexts.Http,
            EndpointType = AuditTexts.User,
            ActorId = "SYSTEM_CLEANUP",
            Method = HttpMethods.Delete,
            ResourceType = "event",
            EndpointPath = ApiRoutes.Base + "/events",
            Status = AuditTexts.Success,
            StatusCode = StatusCodes.Status200OK,
            StatusMessage = $"Automated cleanup: Deleted {deletion.DeletedCount} events older than {days} days",
        });
    }
}
