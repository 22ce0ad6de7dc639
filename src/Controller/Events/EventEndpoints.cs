using System.Globalization;
using Controller.Hosting;
using Controller.Validation;

namespace Controller.Events;

/// <summary>Routes of <c>/events</c> (api-platform 17).</summary>
internal static class EventEndpoints
{
    private static readonly BodySchema Deletion = new(
        "EventDeletion", Is.Object([("days", Is.Integer(0, 365))], required: ["days"], additional: false));

    public static void Map(ApiRoutes api)
    {
        var events = api.Services.GetRequiredService<EventService>();
        var audit = api.Services.GetRequiredService<AuditTrail>();

        api.Operator("GET", "/events", new("events", "list"), 200, async context => await context.RespondAsync(
            200, await events.ListAsync(EventQuery.Read(context.Request.Query), context.RequestAborted), EventJson.Default.EventListAnswer))
            .Describe("List audit events, newest first", answer: static () => EventJson.Default.EventListAnswer, query: EventQuery.Parameters);

        api.Operator("DELETE", "/events", new("events", "delete"), 200, async context =>
        {
            var days = (await context.ReadJsonAsync(Deletion)).Int("days")!.Value;
            var answer = await events.DeleteAsync(days, context.RequestAborted);
            audit.Explain(context, AuditTexts.Deleted(answer.DeletedCount, days));
            await context.RespondAsync(200, answer, EventJson.Default.EventDeletionAnswer);
        })
            .Describe("Delete audit events by age", Deletion, static () => EventJson.Default.EventDeletionAnswer);
    }
}
