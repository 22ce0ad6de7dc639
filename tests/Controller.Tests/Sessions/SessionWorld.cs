using System.Collections.Concurrent;
using System.Text;
using Controller.Sql;
using Controller.Sql.Stores;
using Controller.Tests.Support;
using Edgelet.Simulator.Sessions;
using Microsoft.Extensions.DependencyInjection;

namespace Controller.Tests.Sessions;

/// <summary>A Controller with a node that runs a microservice and a system microservice, and both ends of sessions.</summary>
internal sealed class SessionWorld : IAsyncDisposable
{
    /// <summary>Nothing here takes so long; a test that hangs ends.</summary>
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(60));

    /// <summary>Cut at the end, so that the Controller does not wait for answers to its closes.</summary>
    private readonly ConcurrentBag<SessionWire> _wires = [];

    private SessionWorld(TestController controller, TestAgent agent)
    {
        Controller = controller;
        Agent = agent;
    }

    public TestController Controller { get; }

    public TestAgent Agent { get; }

    public string Microservice { get; private set; } = "";

    public string SystemMicroservice { get; private set; } = "";

    public Database Database => Controller.Database;

    public string Url => Controller.App.Address + "api/v3";

    /// <summary>The test is about sockets that are open when the Controller stops.</summary>
    public bool IsStopping { get; set; }

    public CancellationToken Patience => _patience.Token;

    /// <param name="environment">Further settings.</param>
    /// <param name="time">The Controller's clock.</param>
    /// <param name="customize">Replaces services; operators are those of <see cref="NamedBearer"/>.</param>
    /// <param name="log">Takes the log.</param>
    public static async Task<SessionWorld> StartAsync(
        Dictionary<string, string>? environment = null, TimeProvider? time = null, Action<IServiceCollection>? customize = null, Stream? log = null)
    {
        var controller = await TestController.StartAsync(environment, log: log, customize: services =>
        {
            NamedBearer.Use(services);
            if (time is not null)
            {
                services.AddSingleton(time);
            }

            customize?.Invoke(services);
        });
        var agent = await TestAgent.CreateAsync(controller, now: time is null ? null : time.GetUtcNow);
        var world = new SessionWorld(controller, agent);
        await controller.Database.WriteAsync(s => s.ExecuteAsync("UPDATE \"Fogs\" SET \"daemon_status\" = 'RUNNING'"));
        world.Microservice = await world.AddMicroserviceAsync(isSystem: false);
        world.SystemMicroservice = await world.AddMicroserviceAsync(isSystem: true);
        return world;
    }

    /// <summary>A microservice of an application of its own.</summary>
    public async Task<string> AddMicroserviceAsync(bool isSystem, string? status = "RUNNING", string? fog = null)
    {
        var uuid = Guid.NewGuid().ToString();
        await Database.WriteAsync(async s =>
        {
            var application = await s.InsertAsync(
                "INSERT INTO \"Applications\" (\"name\", \"is_system\", \"is_activated\") VALUES (@n, @s, TRUE)",
                new() { { "n", "app-" + uuid }, { "s", isSystem } });
            await s.ExecuteAsync(
                "INSERT INTO \"Microservices\" (\"uuid\", \"name\", \"iofog_uuid\", \"application_id\", \"registry_id\", \"is_activated\") VALUES (@u, @u, @f, @a, 1, TRUE)",
                new() { { "u", uuid }, { "f", fog ?? Agent.Uuid }, { "a", application } });
            if (status is not null)
            {
                await s.ExecuteAsync(
                    "INSERT INTO \"MicroserviceStatuses\" (\"microservice_uuid\", \"status\") VALUES (@u, @s)", new() { { "u", uuid }, { "s", status } });
            }
        });
        return uuid;
    }

    public Task SqlAsync(string sql, SqlParams? parameters = null) => Database.WriteAsync(s => s.ExecuteAsync(sql, parameters));

    /// <summary>Dials; the path is below <c>/api/v3</c>.</summary>
    public async Task<SessionWire> DialAsync(string path, string? bearer = NamedBearer.Admin, SessionDial? dial = null)
    {
        var wire = await SessionWire.ConnectAsync(SessionWire.Address(Url, path), (dial ?? new()) with { Bearer = bearer }, Patience);
        _wires.Add(wire);
        return wire;
    }

    /// <summary>Code and reason by which a socket is closed that should serve nothing.</summary>
    public async Task<string> RefusalAsync(string path, string? bearer = NamedBearer.Admin)
    {
        await using var wire = await DialAsync(path, bearer);
        var frame = await wire.ReceiveAsync(Patience);
        return frame is null ? wire.Ending : throw new InvalidOperationException($"{path} was let in: {frame.Type} {frame.Text}");
    }

    /// <summary>Waits for the socket's end.</summary>
    public async Task<string> EndingAsync(SessionWire wire) => await wire.ReadToEndAsync(Patience);

    /// <summary>Opens a terminal.</summary>
    public Task<OperatorSession> ExecAsync(string? microservice = null, bool isSystem = false) =>
        KeepAsync(OperatorSession.ExecAsync(Url, microservice ?? Microservice, new() { Bearer = NamedBearer.Admin }, isSystem, Patience));

    /// <summary>Opens the log of the microservice.</summary>
    public Task<OperatorSession> LogsAsync(string query = "tail=100&follow=true") =>
        KeepAsync(OperatorSession.LogsAsync(Url, $"/microservices/{Microservice}/logs", new() { Bearer = NamedBearer.Admin }, query, Patience));

    /// <summary>Opens the log of the node.</summary>
    public Task<OperatorSession> NodeLogsAsync(string query = "tail=100&follow=true") =>
        KeepAsync(OperatorSession.LogsAsync(Url, $"/iofog/{Agent.Uuid}/logs", new() { Bearer = NamedBearer.Admin }, query, Patience));

    /// <summary>The agent's socket for a session.</summary>
    public async Task<SessionWire> AnswerAsync(OperatorSession session) => await DialAsync(await PathAsync(session), Agent.Token());

    /// <summary>The agent's path for a session.</summary>
    public async Task<string> PathAsync(OperatorSession session) =>
        !session.IsLog ? $"/agent/exec/microservice/{session.MicroserviceUuid}/{session.Id}"
        : (await RowsAsync(SessionTable.NodeLogs)).Exists(r => r.SessionId == session.Id) ? $"/agent/logs/iofog/{Agent.Uuid}/{session.Id}"
        : $"/agent/logs/microservice/{Microservice}/{session.Id}";

    /// <summary>A terminal whose agent is there and has its first frame.</summary>
    public async Task<(OperatorSession User, SessionWire Agent)> PairedExecAsync()
    {
        var user = await ExecAsync();
        var agent = await AnswerAsync(user);
        await Assert.That((await agent.ReceiveAsync(Patience))!.Type).IsEqualTo(SessionFrameType.Activation);
        await user.WaitForAgentAsync(Patience);
        return (user, agent);
    }

    /// <summary>As <see cref="PairedExecAsync"/> for a log.</summary>
    public async Task<(OperatorSession User, SessionWire Agent)> PairedLogsAsync(OperatorSession? log = null)
    {
        var user = log ?? await LogsAsync();
        var agent = await AnswerAsync(user);
        await Assert.That((await agent.ReceiveAsync(Patience))!.Type).IsEqualTo(SessionFrameType.LogStart);
        await user.WaitForAgentAsync(Patience);
        return (user, agent);
    }

    /// <summary>The rows of a table.</summary>
    public Task<List<SessionRow>> RowsAsync(SessionTable table) => Database.ReadAsync(s => SessionStore.ListAsync(s, table));

    /// <summary>Waits until a table holds so many rows.</summary>
    public async Task RowsAreAsync(SessionTable table, int count)
    {
        while ((await RowsAsync(table)).Count != count)
        {
            await Task.Delay(10, Patience);
        }
    }

    /// <summary>Waits until something holds.</summary>
    public async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(5, Patience);
        }
    }

    /// <summary>A frame of the agent, as an Edgelet writes it.</summary>
    public static SessionFrame FromAgent(OperatorSession session, SessionFrameType type, string? text) => new(type)
    {
        Data = text is null ? null : Encoding.UTF8.GetBytes(text),
        MicroserviceUuid = session.MicroserviceUuid,
        ExecId = session.IsLog ? null : session.Id,
        SessionId = session.IsLog ? session.Id : null,
        Timestamp = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
    };

    public async ValueTask DisposeAsync()
    {
        if (!IsStopping)
        {
            foreach (var wire in _wires)
            {
                wire.Abort();
            }
        }

        await Controller.DisposeAsync();
        _patience.Dispose();
    }

    private async Task<OperatorSession> KeepAsync(Task<OperatorSession> opening)
    {
        var session = await opening;
        _wires.Add(session.Wire);
        return session;
    }
}
