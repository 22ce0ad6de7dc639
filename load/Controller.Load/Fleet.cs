using System.Collections.Concurrent;
using System.Diagnostics;
using Edgelet.Simulator;

namespace Controller.Load;

/// <summary>A fog made for a measurement, with a bare client that acts as its agent.</summary>
internal sealed record LoadFog(string Uuid, ControllerClient Client);

/// <summary>Makes and removes the fogs of a run.</summary>
internal sealed class Fleet(OperatorClient operators, Target target, bool keep) : IAsyncDisposable
{
    private const int Parallel = 8;
    private readonly ConcurrentBag<string> _created = [];
    private int _named;
    private readonly string _run = $"load-{DateTime.UtcNow:MMddHHmmss}";

    /// <summary>Shared by all simulated agents of the process.</summary>
    public HttpClient Http { get; } = ControllerClient.CreateHttpClient();

    /// <summary>Fogs created and provisioned, each with the first status and poll behind it, so that nothing is pending.</summary>
    public async Task<List<LoadFog>> ProvisionAsync(int count)
    {
        var fogs = new ConcurrentBag<(int Index, LoadFog Fog)>();
        await EachAsync(count, "fogs provisioned", async index =>
        {
            var (uuid, key) = await CreateAsync();
            var client = new ControllerClient(Http, target.AgentUrl, TimeProvider.System);
            await client.ProvisionAsync(key, 1, "edgelet");
            await client.PatchConfigAsync(new EdgeletConfig());
            await client.PutStatusAsync(StatusReport.Realistic(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow, [], seed: index));
            fogs.Add((index, new LoadFog(uuid, client)));
        });

        var list = fogs.OrderBy(static fog => fog.Index).Select(static fog => fog.Fog).ToList();
        await EachAsync(list.Count, "fogs settled", index => DrainAsync(list[index]));
        return list;
    }

    /// <summary>Polls and acknowledges until there is no news.</summary>
    public static async Task DrainAsync(LoadFog fog)
    {
        while (true)
        {
            var changes = await fog.Client.GetChangesAsync(0);
            if (changes.Config)
            {
                // As a node does: a Controller may tell of its configuration until it is fetched.
                await fog.Client.GetConfigAsync();
            }

            await fog.Client.AcknowledgeChangesAsync(changes.LastUpdated);
            if (!changes.Any)
            {
                return;
            }
        }
    }

    /// <summary>A fog with a provisioning key.</summary>
    public async Task<(string Uuid, string Key)> CreateAsync()
    {
        var uuid = await operators.CreateFogAsync($"{_run}-{Interlocked.Increment(ref _named)}");
        _created.Add(uuid);
        return (uuid, await operators.ProvisioningKeyAsync(uuid));
    }

    /// <summary>Runs something for each index, a few at a time, and shows progress of long ones.</summary>
    public static async Task EachAsync(int count, string what, Func<int, Task> action)
    {
        var next = -1;
        var done = 0;
        var watch = Stopwatch.StartNew();
        var shown = TimeSpan.Zero;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(Parallel, count)).Select(async _ =>
        {
            int index;
            while ((index = Interlocked.Increment(ref next)) < count)
            {
                await action(index);
                var finished = Interlocked.Increment(ref done);
                if (watch.Elapsed - shown > TimeSpan.FromSeconds(5))
                {
                    shown = watch.Elapsed;
                    Console.WriteLine($"  {finished} of {count} {what}");
                }
            }
        }));
        Console.WriteLine($"  {count} {what} in {watch.Elapsed.TotalSeconds:0.0} s");
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (keep || _created.IsEmpty)
        {
            return;
        }

        var created = _created.ToArray();
        var failed = 0;
        await EachAsync(created.Length, "fogs deleted", async index =>
        {
            try
            {
                await operators.DeleteFogAsync(created[index]);
            }
            catch (Exception error) when (error is OperatorException or HttpRequestException or OperationCanceledException)
            {
                Interlocked.Increment(ref failed);
            }
        });
        if (failed > 0)
        {
            Console.WriteLine($"  {failed} fogs could not be deleted; their names begin with {_run}");
        }
    }
}
