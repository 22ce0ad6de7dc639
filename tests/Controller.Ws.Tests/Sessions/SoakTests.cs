using System.Net.WebSockets;
using Controller.Ws.Frames;
using Controller.Ws.Sessions;
using Controller.Ws.Tests.Support;

namespace Controller.Ws.Tests.Sessions;

/// <summary>Hours of life in seconds: sessions of every kind that begin, talk and end in every way, many at once.</summary>
public sealed class SoakTests
{
    private const int Lives = 6000, AtOnce = 32;

    [Test]
    [NotInParallel] // It weighs the memory of the process.
    public async Task Nothing_is_left_of_thousands_of_sessions()
    {
        await using var rig = new Rig(new() { DrainTimeout = TimeSpan.FromSeconds(1) });
        using var stop = new CancellationTokenSource();
        var clock = Task.Run(async () =>
        {
            // A second passes with each beat.
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                rig.Time.Advance(TimeSpan.FromSeconds(1));
                rig.Engine.Tick(isPingDue: i % 30 == 0);
                await Task.Delay(2);
            }
        });
        var next = -1;
        var bytesAtHalf = 0L;
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(worker => Task.Run(async () =>
        {
            int life;
            while ((life = Interlocked.Increment(ref next)) < Lives)
            {
                await LiveAsync(rig, new Random(life));
                if (life == Lives / 2)
                {
                    bytesAtHalf = GC.GetTotalMemory(forceFullCollection: true);
                }
            }
        })));
        await rig.NothingIsLeftAsync();
        await stop.CancelAsync();
        await clock;
        await Assert.That(rig.Store.Rows).IsEmpty();

        // A session weighs more than 10 KB. Pools may have grown meanwhile, how much depends on the machine.
        await Assert.That(GC.GetTotalMemory(forceFullCollection: true) - bytesAtHalf).IsLessThan(Lives / 2 * 8 * 1024);
    }

    /// <summary>One session, with whatever its random numbers bring.</summary>
    private static async Task LiveAsync(Rig rig, Random random)
    {
        var session = random.Next(2) == 0 ? Rig.NewExec() : Rig.NewLog();
        var (user, userServed) = rig.User(session);
        var ends = new List<Task<int>> { userServed };
        var wires = new List<Wire> { user };
        for (var agents = random.Next(4); agents > 0; agents--)
        {
            if (rig.Store.Rows.ContainsKey(session.Id))
            {
                var (agent, agentServed) = rig.Agent(session);
                wires.Add(agent);
                ends.Add(agentServed);
            }

            for (var steps = random.Next(12); steps > 0; steps--)
            {
                var wire = wires[random.Next(wires.Count)];
                try
                {
                    await StepAsync(wire, random);
                }
                catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
                {
                    // Closed by now.
                }
            }
        }

        foreach (var wire in wires)
        {
            if (random.Next(3) == 0)
            {
                await Task.Yield();
            }

            wire.Cut();
        }

        await Task.WhenAll(ends).WaitAsync(TimeSpan.FromSeconds(60));
    }

    private static async Task StepAsync(Wire wire, Random random)
    {
        using var briefly = new CancellationTokenSource(TimeSpan.FromMilliseconds(30));
        switch (random.Next(8))
        {
            case 0 or 1:
                var type = (MessageType)random.Next(11);
                var data = new byte[random.Next(random.Next(10) == 0 ? 200_000 : 300)];
                await wire.Client.SendAsync(Rig.Frame(type == MessageType.Close && random.Next(4) > 0 ? MessageType.Stdout : type, data), WebSocketMessageType.Binary, true, briefly.Token);
                break;
            case 2:
                await wire.Client.SendAsync(new byte[random.Next(40)], WebSocketMessageType.Binary, random.Next(3) > 0, briefly.Token);
                break;
            case 3:
                await wire.Client.SendAsync("text"u8.ToArray(), WebSocketMessageType.Text, true, briefly.Token);
                break;
            case 4 when random.Next(5) == 0:
                await wire.Client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "bye", briefly.Token);
                break;
            case 5 when random.Next(5) == 0:
                wire.Cut();
                break;
            case 6 when random.Next(20) == 0:
                await wire.Client.SendAsync(new byte[(1024 * 1024) + 5], WebSocketMessageType.Binary, true, briefly.Token);
                break;
            default:
                await wire.Client.ReceiveAsync(new byte[100_000], briefly.Token);
                break;
        }
    }
}
