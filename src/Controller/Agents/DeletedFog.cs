using System.Text;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Agents;

/// <summary>
/// Answers the agent of a deleted fog in place of the normal handlers (decision 8): its poll says <c>deleteNode</c> until
/// it has taken its leave, and nothing else does anything.
/// </summary>
internal sealed class DeletedFog(Database database, Fleet fleet, TimeProvider time)
{
    /// <summary>What its poll answers.</summary>
    public static ChangesAnswer Changes => new(ChangeFlags.DeleteNode, null);

    /// <summary>The handler that stands in for the one of a route.</summary>
    public Func<HttpContext, FogEntry, Task> InPlaceOf(string method, string path) => (method, path) switch
    {
        ("GET", "/agent/config/changes") => (context, _) => context.RespondAsync(200, ChangesBody.Of(Changes, time.GetUtcNow()), AgentPollJson.Default.ChangesBody),
        ("PATCH", "/agent/config/changes") => Constant("{}"),
        ("POST", "/agent/deprovision") or ("DELETE", "/agent/delete-node") => LeaveAsync,
        ("GET", "/agent/microservices") => Constant("""{"microservices":[]}"""),
        ("GET", "/agent/registries") => Constant("""{"registries":[]}"""),
        ("GET", "/agent/volumeMounts") => Constant("""{"volumeMounts":[]}"""),
        ("GET", "/agent/logs/sessions") => Constant("""{"logSessions":[]}"""),
        ("GET", "/agent/exec/sessions") => Constant("""{"execSessions":[]}"""),
        ("PUT" or "PATCH", _) => (context, _) => context.RespondAsync(204),
        _ => (_, fog) => throw ApiException.NotFound($"Invalid ioFog UUID '{fog.Uuid}'"),
    };

    private static Func<HttpContext, FogEntry, Task> Constant(string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        return (context, _) => context.RespondAsync(200, bytes);
    }

    private async Task LeaveAsync(HttpContext context, FogEntry fog)
    {
        await database.WriteAsync(
            async s =>
            {
                await TombstoneStore.DeleteAsync(s, fog.Uuid);
                s.OnCommitted(() => fleet.Remove(fog.Uuid));
            },
            Durability.Durable,
            context.RequestAborted);
        await context.RespondAsync(204);
    }
}
