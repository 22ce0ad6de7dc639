using System.Text.Json;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Agents;

/// <summary>The exec and log sessions that an agent should have open (agent-wire 16).</summary>
internal sealed class AgentSessions(Database database)
{
    private static readonly TailConfigBody DefaultTail = new(100, true, null, null);

    public async Task<AgentExecSessionsBody> ListExecAsync(string fogUuid, CancellationToken cancel)
    {
        var rows = await database.ReadAsync(s => SessionStore.ListExecForAgentAsync(s, fogUuid), cancel);
        return new(rows.ConvertAll(r => new AgentExecSessionBody(r.MicroserviceUuid, r.SessionId, r.Status, r.AgentConnected)));
    }

    public async Task<AgentLogSessionsBody> ListLogsAsync(string fogUuid, CancellationToken cancel)
    {
        var rows = await database.ReadAsync(s => SessionStore.ListLogsForAgentAsync(s, fogUuid), cancel);
        return new(rows.ConvertAll(r => new AgentLogSessionBody(
            r.IsNode ? null : r.OwnerUuid, r.IsNode ? r.OwnerUuid : null, r.SessionId, Tail(r.TailConfig), r.Status, r.AgentConnected)));
    }

    /// <summary>The stored settings in the wire's types; what is missing or wrong gets its default.</summary>
    private static TailConfigBody Tail(string? stored)
    {
        if (string.IsNullOrEmpty(stored))
        {
            return DefaultTail;
        }

        try
        {
            using var document = JsonDocument.Parse(stored);
            var fields = new JsonFields(document.RootElement);
            return new(
                (int)Math.Clamp(fields.Number("lines") ?? DefaultTail.Lines, 0, int.MaxValue),
                fields.Flag("follow") ?? DefaultTail.Follow,
                fields.Text("since"),
                fields.Text("until"));
        }
        catch (JsonException)
        {
            return DefaultTail;
        }
    }
}
