using System.Net;
using System.Net.Sockets;
using Controller.Events;
using Controller.Hosting;
using Controller.Testing;
using Controller.Tests.Support;

namespace Controller.Tests.Cli;

/// <summary>How commands reach the data: through the Controller that serves, or on the database itself (runtime 6.1).</summary>
public sealed class LocalSocketTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    [Test]
    public async Task Only_its_owner_reaches_the_socket_and_nobody_else_is_let_in_without_a_token()
    {
        await using var controller = await TestController.StartAsync();
        var folder = Path.GetDirectoryName(controller.App.LocalSocketPath)!;
        await Assert.That(File.GetUnixFileMode(folder)).IsEqualTo(OwnerOnly);
        controller.Client.DefaultRequestHeaders.Authorization = null;
        var (status, _) = await controller.SendAsync("GET", "/api/v3/iofog-list");
        await Assert.That(status).IsEqualTo(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task The_audit_trail_names_the_command_line()
    {
        await using var controller = await TestController.StartAsync();
        await new Terminal(controller.DataDirectory).DoAsync("application", "add", "-n", "app");
        await controller.Service<AuditQueue>().FlushAsync(CancellationToken.None);
        var (_, events) = await controller.SendAsync("GET", "/api/v3/events?actorId=iofog-controller");
        await Assert.That(events!["events"]![0]!["endpointPath"]!.GetValue<string>()).IsEqualTo("/api/v3/application");
    }

    [Test]
    public async Task Without_a_server_a_command_works_on_the_database_itself()
    {
        using var directory = new TempDirectory();
        var terminal = new Terminal(directory.Path);
        await (await TestController.StartAsync(dataDirectory: directory.Path)).DisposeAsync();
        await Assert.That(File.Exists(directory.File("run/controller.sock"))).IsFalse();

        await terminal.DoAsync("iofog", "add", "-n", "gw", "-y", "1");
        await Assert.That((await terminal.ReadAsync("iofog", "list"))["fogs"]!.AsArray().Count).IsEqualTo(1);
        await Assert.That(Directory.GetFiles(directory.File("run"))).IsEmpty();

        await using var controller = await TestController.StartAsync(dataDirectory: directory.Path);
        var (_, list) = await controller.SendAsync("GET", "/api/v3/iofog-list");
        await Assert.That(list!["fogs"]![0]!["name"]!.GetValue<string>()).IsEqualTo("gw");
        await controller.Service<AuditQueue>().FlushAsync(CancellationToken.None);
        var (_, events) = await controller.SendAsync("GET", "/api/v3/events?actorId=iofog-controller");
        await Assert.That(events!["total"]!.GetValue<int>()).IsEqualTo(1);
    }

    [Test]
    public async Task The_same_on_a_shared_database_where_a_command_is_no_replica()
    {
        using var directory = new TempDirectory();
        var postgres = await PostgresServer.SharedAsync();
        var environment = new Dictionary<string, string>
        {
            ["DB_PROVIDER"] = "postgres",
            ["DB_HOST"] = "127.0.0.1",
            ["DB_PORT"] = $"{postgres.Port}",
            ["DB_USERNAME"] = PostgresServer.User,
            ["DB_NAME"] = await postgres.CreateDatabaseAsync(),
        };
        using var elsewhere = new TempDirectory();
        var terminal = new Terminal(elsewhere.Path, environment);
        var early = await terminal.RunAsync("iofog", "list");
        await Assert.That(early.Code).IsEqualTo(1);
        await Assert.That(early.Error).Contains("The database is not up to date (0001_schema.sql is missing): start the Controller once");

        await using var controller = await TestController.StartAsync(environment, directory.Path);
        await terminal.DoAsync("iofog", "add", "-n", "gw", "-y", "1");
        var (_, list) = await controller.SendAsync("GET", "/api/v3/iofog-list");
        await Assert.That(list!["fogs"]![0]!["name"]!.GetValue<string>()).IsEqualTo("gw");
        await Assert.That(await controller.Database.ReadAsync(s =>
            s.QueryOneAsync("SELECT COUNT(*) FROM \"ClusterControllers\"", r => r.Long()))).IsEqualTo(1L);
        await Assert.That(await terminal.DoAsync("check")).Contains("up to date");
    }

    [Test]
    public async Task A_command_never_makes_a_database()
    {
        using var directory = new TempDirectory();
        var result = await new Terminal(directory.Path).RunAsync("iofog", "list");
        await Assert.That(result.Code).IsEqualTo(1);
        await Assert.That(result.Error).StartsWith("Unable to initialize the database. Error: ");
        await Assert.That(File.Exists(directory.File("controller_db.sqlite"))).IsFalse();
    }

    [Test]
    public async Task A_database_in_use_whose_owner_does_not_answer_is_left_alone()
    {
        await using var controller = await TestController.StartAsync();
        File.Delete(controller.App.LocalSocketPath!);
        var result = await new Terminal(controller.DataDirectory).RunAsync("iofog", "add", "-n", "gw", "-y", "1");
        await Assert.That(result.Code).IsEqualTo(1);
        await Assert.That(result.Error).Contains("Another Controller");
    }

    [Test]
    public async Task What_a_killed_process_left_behind_is_no_obstacle()
    {
        using var directory = new TempDirectory();
        Directory.CreateDirectory(directory.File("run"));
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(directory.File("run/former.sock")));
            // Closing removes the file that was bound, as a killed process could not.
            File.Move(directory.File("run/former.sock"), directory.File("run/controller.sock"));
        }

        await using var controller = await TestController.StartAsync(dataDirectory: directory.Path);
        await Assert.That((await new Terminal(directory.Path).ReadAsync("controller", "status"))["status"]!.GetValue<string>()).IsEqualTo("online");
    }

    [Test]
    public async Task Where_there_can_be_no_socket_the_controller_serves_all_the_same()
    {
        using var directory = new TempDirectory();
        var deep = directory.File(new string('d', 100));
        await using (var controller = await TestController.StartAsync(dataDirectory: deep))
        {
            await Assert.That(controller.App.LocalSocketPath).IsNull();
            var (status, _) = await controller.SendAsync("GET", "/api/v3/status");
            await Assert.That(status).IsEqualTo(HttpStatusCode.OK);
        }

        await Assert.That(LocalSocket.Claim(Path.Combine(deep, "controller.sock"), out var problem)).IsNull();
        await Assert.That(problem).Contains("longer than 107 bytes");
    }
}
