using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Controller.Testing;
using Edgelet.Simulator;
using Microsoft.Data.Sqlite;

namespace Controller.Tests.EndToEnd;

/// <summary><c>kill -9</c> in the middle of load, again and again: nothing acknowledged is lost, nothing used is usable.</summary>
[NotInParallel("native")]
public sealed class CrashTests
{
    private const int Rounds = 6;
    private const int Nodes = 4;

    private readonly ConcurrentDictionary<string, bool> _registries = new();
    private readonly ConcurrentBag<(string Node, string Token)> _usedTokens = [];
    private readonly Node[] _nodes = [.. Enumerable.Range(0, Nodes).Select(_ => new Node())];

    [Test]
    public async Task Killed_many_times_under_load_it_keeps_every_promise()
    {
        using var directory = new TempDirectory();
        var environment = new Dictionary<string, string> { ["TELEMETRY_FLUSH_SECONDS"] = "1" };
        for (var round = 0; round < Rounds; round++)
        {
            await using var controller = await NativeController.StartAsync(directory.Path, environment);
            await controller.LoginAsync();
            if (round == 0)
            {
                await ProvisionAsync(controller);
            }
            else
            {
                await VerifyAsync(controller);
            }

            using var stop = new CancellationTokenSource();
            Task[] load =
            [
                .. Enumerable.Range(0, 3).Select(i => OperatorAsync(controller, $"{round}-{i}", stop.Token)),
                .. _nodes.Select(n => DescribeAsync(controller, n, stop.Token)),
                .. _nodes.Select(n => ReportAsync(controller, n, stop.Token)),
            ];
            await Task.Delay(400 + Random.Shared.Next(1200));
            await controller.KillAsync();
            await stop.CancelAsync();
            await Task.WhenAll(load);
        }

        await using (var last = await NativeController.StartAsync(directory.Path, environment))
        {
            await last.LoginAsync();
            await VerifyAsync(last);
            await last.StopAsync();
        }

        await Assert.That(_registries.Count).IsGreaterThan(Rounds);
        await CheckIntegrityAsync(directory.Path);
    }

    private async Task ProvisionAsync(NativeController controller)
    {
        using var http = ControllerClient.CreateHttpClient();
        for (var i = 0; i < Nodes; i++)
        {
            var (_, fog) = await controller.SendAsync(
                "POST", "/api/v3/iofog", $$"""{"name":"node-{{i}}","archId":1,"routerMode":"none","natsMode":"none"}""");
            var uuid = fog!["uuid"]!.GetValue<string>();
            var (_, key) = await controller.SendAsync("GET", $"/api/v3/iofog/{uuid}/provisioning-key");
            var client = new ControllerClient(http, controller.Url + "api/v3/", TimeProvider.System);
            await client.ProvisionAsync(key!["key"]!.GetValue<string>(), 1, "edgelet");
            _nodes[i].Uuid = uuid;
            _nodes[i].Key = client.Identity!.Key;
        }
    }

    private async Task VerifyAsync(NativeController controller)
    {
        var (_, list) = await controller.SendAsync("GET", "/api/v3/registries");
        var stored = list!["registries"]!.AsArray().Select(r => r!["url"]!.GetValue<string>()).ToHashSet();
        foreach (var url in _registries.Keys)
        {
            await Assert.That(stored).Contains(url);
        }

        foreach (var node in _nodes)
        {
            var (_, fog) = await controller.SendAsync("GET", $"/api/v3/iofog/{node.Uuid}");
            var description = long.Parse("0" + fog!["description"]!.GetValue<string>());
            await Assert.That(description).IsGreaterThanOrEqualTo(node.Described);
            // Every report changed the daemon's state, so every acknowledged one was written at once.
            await Assert.That(fog["lastStatusTime"]!.GetValue<long>()).IsGreaterThanOrEqualTo(node.Reported);
        }

        foreach (var (node, token) in _usedTokens.OrderByDescending(t => t.Token.Length).Take(200))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v3/agent/registries");
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
            using var answer = await controller.Client.SendAsync(request);
            await Assert.That(answer.StatusCode).IsNotEqualTo(HttpStatusCode.OK);
        }
    }

    private async Task OperatorAsync(NativeController controller, string who, CancellationToken stop)
    {
        for (var n = 0; !stop.IsCancellationRequested; n++)
        {
            var url = $"r{who}-{n}.example.com";
            var (status, _) = await Try(() => controller.SendAsync(
                "POST", "/api/v3/registries", $$"""{"url":"{{url}}","isPublic":true,"username":"u","password":"","email":"a@b.c"}"""));
            if (status == HttpStatusCode.Created)
            {
                _registries[url] = true;
            }
        }
    }

    private static async Task DescribeAsync(NativeController controller, Node node, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var next = node.Described + 1;
            var (status, _) = await Try(() => controller.SendAsync("PATCH", $"/api/v3/iofog/{node.Uuid}", $$"""{"description":"{{next}}"}"""));
            if (status == HttpStatusCode.NoContent)
            {
                node.Described = next;
            }
        }
    }

    private async Task ReportAsync(NativeController controller, Node node, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            // The state follows the number, so that it also differs from the one reported before the last kill.
            var time = node.Reported + 1;
            var token = AgentToken.Create(node.Key!, node.Uuid!, controller.Url.ToString(), DateTimeOffset.UtcNow);
            using var request = new HttpRequestMessage(HttpMethod.Put, "/api/v3/agent/status")
            {
                Content = new StringContent(
                    new JsonObject { ["daemonStatus"] = time % 2 == 0 ? "RUNNING" : "STOPPED", ["lastStatusTime"] = time }.ToJsonString(),
                    System.Text.Encoding.UTF8,
                    "application/json"),
            };
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
            try
            {
                using var answer = await controller.Client.SendAsync(request, CancellationToken.None);
                await Assert.That(answer.StatusCode).IsNotEqualTo(HttpStatusCode.Unauthorized);
                if (answer.StatusCode == HttpStatusCode.NoContent)
                {
                    node.Reported = time;
                    _usedTokens.Add((node.Uuid!, token));
                }
                else
                {
                    await Task.Delay(50, CancellationToken.None);
                }
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                return;
            }
        }
    }

    private static async Task<(HttpStatusCode, JsonNode?)> Try(Func<Task<(HttpStatusCode, JsonNode?)>> send)
    {
        try
        {
            return await send();
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            await Task.Delay(20);
            return (0, null);
        }
    }

    private static async Task CheckIntegrityAsync(string directory)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(directory, "controller_db.sqlite")};Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        await Assert.That(await command.ExecuteScalarAsync()).IsEqualTo("ok");
        command.CommandText = "PRAGMA foreign_key_check";
        await Assert.That(await command.ExecuteScalarAsync()).IsNull();
    }

    private sealed class Node
    {
        public string? Uuid { get; set; }

        public AgentKey? Key { get; set; }

        /// <summary>Last acknowledged description.</summary>
        public long Described { get; set; }

        /// <summary>Last acknowledged report.</summary>
        public long Reported { get; set; }
    }
}
