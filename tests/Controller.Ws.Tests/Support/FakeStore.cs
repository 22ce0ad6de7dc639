using System.Collections.Concurrent;
using Controller.Ws.Sessions;

namespace Controller.Ws.Tests.Support;

/// <summary>Rows of sessions in memory, shared by replicas.</summary>
internal sealed class FakeStore : ISessionStore
{
    public ConcurrentDictionary<string, (string Status, bool Agent)> Rows { get; } = new();

    public ConcurrentQueue<string> Log { get; } = new();

    /// <summary>When set, every call fails.</summary>
    public bool IsDown { get; set; }

    public void Add(SessionInfo session) => Rows[session.Id] = ("PENDING", false);

    public ValueTask<bool> AgentConnectedAsync(SessionInfo session, CancellationToken cancel)
    {
        Say("agent connected");
        if (!Rows.ContainsKey(session.Id))
        {
            return new(false);
        }

        Rows[session.Id] = ("ACTIVE", true);
        return new(true);
    }

    public ValueTask AgentLostAsync(SessionInfo session, CancellationToken cancel)
    {
        Say("agent lost");
        if (Rows.ContainsKey(session.Id))
        {
            Rows[session.Id] = ("ACTIVE", false);
        }

        return default;
    }

    public ValueTask RelayRefusedAsync(SessionInfo session, CancellationToken cancel)
    {
        Say("refused");
        Rows[session.Id] = ("REFUSED", false);
        return default;
    }

    public ValueTask<IReadOnlySet<string>> FindRefusedAsync(IReadOnlyCollection<SessionInfo> sessions, CancellationToken cancel) =>
        new(sessions.Select(s => s.Id).Where(id => Rows.TryGetValue(id, out var row) && row.Status == "REFUSED").ToHashSet());

    public ValueTask DeleteAsync(SessionInfo session, CancellationToken cancel)
    {
        Say("deleted");
        Rows.TryRemove(session.Id, out _);
        return default;
    }

    private void Say(string what)
    {
        if (IsDown)
        {
            throw new InvalidOperationException("The database is down");
        }

        Log.Enqueue(what);
    }
}
