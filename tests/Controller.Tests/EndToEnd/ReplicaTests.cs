using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Controller.Testing;
using Edgelet.Simulator;
using Edgelet.Simulator.Sessions;
using Npgsql;

namespace Controller.Tests.EndToEnd;

/// <summary>Two native replicas on one PostgreSQL: the operator at one, the node at the other, a real broker between them.</summary>
[NotInParallel("native")]
public sealed class ReplicaTests
{
    [Test]
    [Arguments("nats")]
    [Arguments("amqp")]
    [Arguments("amqp091")]
    public async Task A_terminal_survives_its_broker_and_ends_with_its_replica(string kind)
    {
        await using var nats = kind == "nats" ? await NatsServer.StartAsync() : null;
        var rabbit = kind == "nats" ? null : await RabbitServer.StartAsync();
        await using var stopRabbit = rabbit;
        var postgres = await PostgresServer.SharedAsync();
        var database = await postgres.CreateDatabaseAsync();
        var environment = new Dictionary<string, string>
        {
            ["DB_PROVIDER"] = "postgres",
            ["DB_HOST"] = "127.0.0.1",
            ["DB_PORT"] = postgres.Port.ToString(CultureInfo.InvariantCulture),
            ["DB_USERNAME"] = PostgresServer.User,
            ["DB_NAME"] = database,
            ["ENCRYPTION_KEY"] = Convert.ToBase64String(new byte[32]),
            ["NATS_ENABLED"] = nats is null ? "false" : "true",
            ["WS_RELAY_URL"] = nats is null ? $"amqp://guest:guest@127.0.0.1:{rabbit!.Port}" : $"nats://127.0.0.1:{nats.Port}",
            ["WS_RELAY_AMQP_VERSION"] = kind == "amqp091" ? "0-9-1" : "1.0",
        };
        using var hereData = new TempDirectory();
        using var thereData = new TempDirectory();
        await using var here = await NativeController.StartAsync(hereData.Path, environment);
        await using var there = await NativeController.StartAsync(thereData.Path, environment);
        await here.LoginAsync();

        using var http = ControllerClient.CreateHttpClient();
        await using var node = new SimulatedEdgelet(
            new EdgeletOptions
            {
                ControllerUrl = new Uri(there.Url, "api/v3/").ToString(),
                Config = new EdgeletConfig { StatusFrequency = 1, ChangeFrequency = 1 },
                Sessions = new EdgeletSessionOptions(),
            },
            http);
        var microservice = await DeployAsync(here, node);

        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var dial = new SessionDial { Bearer = here.Client.DefaultRequestHeaders.Authorization!.Parameter };
        await using var terminal = await OperatorSession.ExecAsync(new Uri(here.Url, "api/v3").ToString(), microservice, dial, ct: patience.Token);
        await terminal.WaitForAgentAsync(patience.Token);

        // Numbered lines, while the broker dies and comes back.
        const int lines = 300;
        var typing = Task.Run(async () =>
        {
            for (var i = 0; i < lines; i++)
            {
                await terminal.TypeAsync($"{i:D5}\n", patience.Token);
                if (i == lines / 3)
                {
                    await (nats?.KillAsync() ?? rabbit!.KillAsync());
                    await (nats?.StartAgainAsync() ?? rabbit!.StartAgainAsync());
                }
            }
        });
        var output = Encoding.ASCII.GetString(await terminal.ReadOutputAsync(lines * 6, patience.Token));
        await typing;
        await Assert.That(output).IsEqualTo(string.Concat(Enumerable.Range(0, lines).Select(i => $"{i:D5}\n")));

        // The node's replica stops: the operator hears it, and no row is left.
        await there.StopAsync();
        var ending = await Assert.ThrowsAsync<SessionClosedException>(async () => await terminal.ReadOutputAsync(1, patience.Token));
        await Assert.That((ending!.Code, ending.Reason)).IsEqualTo((1000, "Agent closed connection"));
        await Assert.That(await RowsAsync(postgres.ConnectionString(database))).IsEqualTo(0);
    }

    /// <summary>A node with one running microservice.</summary>
    private static async Task<string> DeployAsync(NativeController controller, SimulatedEdgelet node)
    {
        var (_, fog) = await controller.SendAsync("POST", "/api/v3/iofog", """{"name":"edge","archId":1,"statusFrequency":1,"changeFrequency":1}""");
        var uuid = fog!["uuid"]!.GetValue<string>();
        var (_, key) = await controller.SendAsync("GET", $"/api/v3/iofog/{uuid}/provisioning-key");
        await node.ProvisionAsync(key!["key"]!.GetValue<string>());
        node.Start();
        var (status, body) = await controller.SendAsync("POST", "/api/v3/application", $$"""
            {"name":"shop","isActivated":true,"microservices":[{"name":"web","iofogUuid":"{{uuid}}","config":"{}",
             "images":[{"archId":1,"containerImage":"docker.io/library/busybox"}] }] }
            """);
        await Assert.That(status).IsEqualTo(HttpStatusCode.Created).Because(body?.ToJsonString() ?? "");
        for (var i = 0; i < 600; i++)
        {
            var (_, list) = await controller.SendAsync("GET", "/api/v3/microservices?application=shop");
            var web = (list as JsonArray ?? list!["microservices"]!.AsArray())[0]!;
            if (web["status"]?["status"]?.GetValue<string>() == "RUNNING")
            {
                return web["uuid"]!.GetValue<string>();
            }

            await Task.Delay(100);
        }

        throw new TimeoutException("The microservice does not run");
    }

    private static async Task<long> RowsAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT count(*) FROM \"MicroserviceExecSessions\"", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
