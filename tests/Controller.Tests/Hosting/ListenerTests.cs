using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Controller.Configuration;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;
using Controller.Tests.Support;

namespace Controller.Tests.Hosting;

/// <summary>Ports and TLS (runtime 2.3, decision 27).</summary>
public sealed class ListenerTests
{
    [Test]
    public async Task Both_listeners_speak_tls_and_offer_http2()
    {
        var directory = Directory.CreateTempSubdirectory("controller-tls-");
        try
        {
            await using var controller = await TestController.StartAsync(await TestCertificate.SettingsAsync(directory.FullName));
            using var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } };
            using var client = new HttpClient(handler);
            await Assert.That(controller.App.Address.Scheme).IsEqualTo("https");
            foreach (var (url, version) in ((Uri, Version)[])
            [
                (new(controller.App.Address, "/api/v3/status"), HttpVersion.Version20),
                (new(controller.App.Address, "/api/v3/status"), HttpVersion.Version11),
                (new(controller.App.ConsoleAddress, "/"), HttpVersion.Version20),
                (new(controller.App.ConsoleAddress, "/"), HttpVersion.Version11),
            ])
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, url) { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
                using var response = await client.SendAsync(request);
                await Assert.That(response.StatusCode).IsEqualTo(HttpStatusCode.OK);
                await Assert.That(response.Version).IsEqualTo(version);
            }
        }
        finally
        {
            directory.Delete(true);
        }
    }

    [Test]
    public async Task The_protocol_is_negotiated_and_no_client_certificate_is_asked_for()
    {
        var directory = Directory.CreateTempSubdirectory("controller-tls-");
        try
        {
            await using var controller = await TestController.StartAsync(await TestCertificate.SettingsAsync(directory.FullName));
            foreach (var (offered, chosen) in ((SslApplicationProtocol[], string)[])
            [
                ([SslApplicationProtocol.Http2, SslApplicationProtocol.Http11], "h2"),
                ([SslApplicationProtocol.Http11], "http/1.1"),
                ([], ""),
            ])
            {
                using var socket = new TcpClient();
                await socket.ConnectAsync(IPAddress.Loopback, controller.App.Address.Port);
                var asked = false;
                await using var tls = new SslStream(socket.GetStream());
                await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
                {
                    TargetHost = "localhost",
                    ApplicationProtocols = offered.Length == 0 ? null : [.. offered],
                    RemoteCertificateValidationCallback = (_, _, _, _) => true,
                    LocalCertificateSelectionCallback = (_, _, _, remote, _) => { asked |= remote is not null; return null!; },
                });
                await Assert.That(tls.NegotiatedApplicationProtocol.ToString()).IsEqualTo(chosen);
                await Assert.That(tls.SslProtocol is SslProtocols.Tls12 or SslProtocols.Tls13).IsTrue();
                await Assert.That(asked).IsFalse();
            }
        }
        finally
        {
            directory.Delete(true);
        }
    }

    [Test]
    public async Task Inside_tls_a_malformed_request_is_answered_as_json_too()
    {
        var directory = Directory.CreateTempSubdirectory("controller-tls-");
        try
        {
            await using var controller = await TestController.StartAsync(await TestCertificate.SettingsAsync(directory.FullName));
            using var socket = new TcpClient();
            await socket.ConnectAsync(IPAddress.Loopback, controller.App.Address.Port);
            await using var tls = new SslStream(socket.GetStream());
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
            });
            await tls.WriteAsync("nonsense\r\n\r\n"u8.ToArray());
            using var reader = new StreamReader(tls);
            var answer = await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));
            await Assert.That(answer).StartsWith("HTTP/1.1 400 Bad Request\r\n");

            // Ours is the only answer.
            await Assert.That(answer).EndsWith("{\"name\":\"BadRequestError\",\"message\":\"Malformed request\"}");
        }
        finally
        {
            directory.Delete(true);
        }
    }

    [Test]
    public async Task Unreadable_tls_material_stops_the_start()
    {
        var directory = Directory.CreateTempSubdirectory("controller-tls-");
        try
        {
            var settings = await TestCertificate.SettingsAsync(directory.FullName);
            await File.WriteAllTextAsync(settings["TLS_PATH_KEY"], "no key");
            var failure = await Assert.That(async () => await TestController.StartAsync(settings)).Throws<StartupException>();
            await Assert.That(failure!.Message).StartsWith("Error loading TLS certificates. Please check your configuration.");
        }
        finally
        {
            directory.Delete(true);
        }
    }

    [Test]
    public async Task A_start_that_fails_does_not_look_like_a_crash_to_the_next()
    {
        var directory = Directory.CreateTempSubdirectory("controller-test-");
        try
        {
            await using (await TestController.StartAsync(dataDirectory: directory.FullName))
            {
            }

            using var taken = new TcpListener(IPAddress.IPv6Any, 0) { Server = { DualMode = true } };
            taken.Start();
            var settings = ControllerSettings.Load(
                new Dictionary<string, string>
                {
                    ["DATA_DIRECTORY"] = directory.FullName,
                    ["LOG_DIRECTORY"] = directory.FullName,
                    ["API_PORT"] = $"{((IPEndPoint)taken.LocalEndpoint).Port}",
                },
                directory.FullName,
                directory.FullName).Settings!;
            await Assert.That(async () => await ControllerApp.StartAsync(settings, console: Stream.Null)).Throws<StartupException>();
            await using var database = await Database.OpenAsync(new DatabaseOptions { SqlitePath = settings.Database.Sqlite.FilePath });
            await Assert.That(await database.ReadAsync(s => StateStore.GetAsync(s, "clean_stop"))).IsEqualTo("yes");
        }
        finally
        {
            directory.Delete(true);
        }
    }

    [Test]
    [Arguments("API_PORT", "of the API (API_PORT) is already in use")]
    [Arguments("CONSOLE_PORT", "of the Console (CONSOLE_PORT) is already in use")]
    [Arguments("both", "API_PORT and CONSOLE_PORT are both")]
    public async Task A_port_that_is_taken_stops_the_start(string which, string message)
    {
        using var taken = new TcpListener(IPAddress.IPv6Any, 0) { Server = { DualMode = true } };
        using var free = new TcpListener(IPAddress.Any, 0);
        taken.Start();
        free.Start();
        var takenPort = ((IPEndPoint)taken.LocalEndpoint).Port;
        var freePort = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        var directory = Directory.CreateTempSubdirectory("controller-test-");
        try
        {
            var settings = ControllerSettings.Load(
                new Dictionary<string, string>
                {
                    ["DATA_DIRECTORY"] = directory.FullName,
                    ["LOG_DIRECTORY"] = directory.FullName,
                    ["API_PORT"] = $"{(which == "API_PORT" ? takenPort : freePort)}",
                    ["CONSOLE_PORT"] = $"{(which == "CONSOLE_PORT" ? takenPort : which == "both" ? freePort : freePort + 1)}",
                },
                directory.FullName,
                directory.FullName).Settings!;
            var failure = await Assert.That(async () => await ControllerApp.StartAsync(settings, console: Stream.Null)).Throws<StartupException>();
            await Assert.That(failure!.Message).Contains(message);

            // Everything was given back: the same directory can be opened again.
            await Assert.That(File.Exists(Path.Combine(directory.FullName, "iofog-controller.pid"))).IsFalse();
            await Assert.That(async () => await ControllerApp.StartAsync(settings, console: Stream.Null)).Throws<StartupException>();
        }
        finally
        {
            directory.Delete(true);
        }
    }
}
