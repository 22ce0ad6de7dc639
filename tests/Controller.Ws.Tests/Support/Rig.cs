using System.Text;
using Controller.Ws.Frames;
using Controller.Ws.Relay;
using Controller.Ws.Sessions;
using Controller.Ws.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Controller.Ws.Tests.Support;

/// <summary>One replica's engine with its surroundings, and clients of it.</summary>
internal sealed class Rig : IAsyncDisposable
{
    private readonly List<Task<int>> _served = [];

    public Rig(SessionSettings? settings = null, FakeStore? store = null, IRelay? relay = null, FakeTimeProvider? time = null, CountingPool? pool = null)
    {
        Settings = settings ?? new();
        Store = store ?? new();
        Time = time ?? new(SampleFrames.Time);
        Pool = pool ?? new();
        Engine = new(new SessionContext(Settings, Store, relay ?? new NoRelay(), Metrics, Time, NullLogger.Instance, Pool));
    }

    public SessionSettings Settings { get; }

    public FakeStore Store { get; }

    public FakeTimeProvider Time { get; }

    public CountingPool Pool { get; }

    public SessionMetrics Metrics { get; } = new();

    public SessionEngine Engine { get; }

    public static SessionInfo NewExec() => new(Guid.NewGuid().ToString(), SessionKind.Exec, SampleFrames.Microservice, SampleFrames.Fog);

    public static SessionInfo NewLog() => new(
        Guid.NewGuid().ToString(), SessionKind.MicroserviceLog, SampleFrames.Microservice, SampleFrames.Fog, """{"lines":100,"follow":true,"since":null,"until":null}""");

    /// <summary>A user opens a session.</summary>
    public (Wire Wire, Task<int> Served) User(SessionInfo session, string? refusal = null)
    {
        var wire = new Wire(Settings, Pool);
        var served = Engine.ServeUserAsync(
            session,
            wire.Server,
            _ =>
            {
                if (refusal is null)
                {
                    Store.Add(session);
                }

                return new(refusal);
            },
            () => { });
        _served.Add(served);
        return (wire, served);
    }

    /// <summary>An agent dials.</summary>
    public (Wire Wire, Task<int> Served) Agent(SessionInfo session)
    {
        var wire = new Wire(Settings, Pool);
        var served = Engine.ServeAgentAsync(session, wire.Server, () => { });
        _served.Add(served);
        return (wire, served);
    }

    /// <summary>A user and an agent that have met; their first frames are read.</summary>
    public async Task<(Wire User, Wire Agent)> PairAsync(SessionInfo session)
    {
        var (user, _) = User(session);
        await user.ReadAsync();
        await user.ReadAsync();
        var (agent, _) = Agent(session);
        await agent.ReadAsync();
        await user.ReadAsync();
        return (user, agent);
    }

    /// <summary>Moves the clock in steps of the second hand, so that everything under way gets its turn.</summary>
    public async Task PassAsync(TimeSpan span)
    {
        for (var left = span; left > TimeSpan.Zero; left -= TimeSpan.FromSeconds(1))
        {
            Time.Advance(left < TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1));
            Engine.Tick(isPingDue: false);
            await Task.Delay(1);
        }
    }

    /// <summary>Waits until something holds.</summary>
    public static async Task UntilAsync(Func<bool> holds, string what)
    {
        for (var i = 0; i < 3000; i++)
        {
            if (holds())
            {
                return;
            }

            await Task.Delay(10);
        }

        throw new TimeoutException(what);
    }

    public static byte[] Frame(MessageType type, string data) => Frame(type, Encoding.UTF8.GetBytes(data));

    /// <summary>A frame as an agent writes it.</summary>
    public static byte[] Frame(MessageType type, ReadOnlySpan<byte> data)
    {
        var buffer = new byte[data.Length + 200];
        var writer = new FrameWriter(buffer);
        writer.Map(3);
        writer.Type(type);
        writer.Data(data);
        writer.Text("microserviceUuid"u8, SampleFrames.Microservice);
        return buffer[..writer.Written];
    }

    public static (MessageType Type, string Data) Parse(byte[] frame) =>
        FrameMap.TryRead(frame, out var map)
            ? (map.Type, Encoding.UTF8.GetString(frame, map.Data.Start, map.Data.Length))
            : throw new InvalidOperationException("Not a frame");

    /// <summary>Everything has ended and every buffer is back exactly once.</summary>
    public async Task NothingIsLeftAsync()
    {
        await UntilAsync(() => Engine.Count == 0, "sessions remain");
        await UntilAsync(() => Pool.Out == 0, $"{Pool.Out} buffers are not back");
        if (Pool.WrongReturns > 0)
        {
            throw new InvalidOperationException($"{Pool.WrongReturns} buffers were returned twice");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DrainAsync().WaitAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Metrics.Dispose();
    }
}
