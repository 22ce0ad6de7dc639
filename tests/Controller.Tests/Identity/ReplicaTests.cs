using System.Net;
using Controller.Identity;
using Controller.Sql;
using Controller.Sql.Stores;
using Controller.Testing;

namespace Controller.Tests.Identity;

/// <summary>Replicas on one PostgreSQL: what one makes, all use.</summary>
public sealed class ReplicaTests
{
    private const string Key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    [Test]
    public async Task Replicas_that_start_together_agree_on_one_key_and_one_administrator()
    {
        var server = await PostgresServer.SharedAsync();
        var environment = Environment(server, await server.CreateDatabaseAsync());
        var replicas = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => IdentityHost.StartAsync(environment)));
        try
        {
            var database = replicas[0].Controller.Database;
            var keys = await database.ReadAsync(s => SigningKeyStore.ListAsync(s, DateTimeOffset.UnixEpoch));
            await Assert.That(keys.Count).IsEqualTo(1);
            await Assert.That((await database.ReadAsync(UserStore.ListBootstrapAsync)).Count).IsEqualTo(1);
            await Assert.That(replicas.Count(r => r.Output.Length > 0)).IsEqualTo(1);

            var password = replicas.Single(r => r.Output.Length > 0).Output.Split(' ')[4];
            var pair = await replicas[0].SignInAsync("admin", password);
            await Assert.That(await replicas[1].ValidateAsync(pair.AccessToken)).IsNotNull();
            await Assert.That((await replicas[2].RefreshAsync(pair.RefreshToken)).Status).IsEqualTo(HttpStatusCode.OK);
            await Assert.That((await replicas[0].RefreshAsync(pair.RefreshToken)).Status).IsEqualTo(HttpStatusCode.Unauthorized);
        }
        finally
        {
            foreach (var replica in replicas)
            {
                await replica.DisposeAsync();
            }
        }
    }

    [Test]
    public async Task Replicas_that_start_together_with_a_configured_administrator_make_one()
    {
        var server = await PostgresServer.SharedAsync();
        var environment = Environment(server, await server.CreateDatabaseAsync());
        foreach (var (name, value) in IdentityHost.Configured)
        {
            environment[name] = value;
        }

        var replicas = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => IdentityHost.StartAsync(environment)));
        foreach (var replica in replicas)
        {
            await replica.SignInAsync();
        }

        await Assert.That((await replicas[0].Controller.Database.ReadAsync(UserStore.ListBootstrapAsync)).Count).IsEqualTo(1);
        foreach (var replica in replicas)
        {
            await replica.DisposeAsync();
        }
    }

    [Test]
    public async Task Without_the_database_known_tokens_pass_and_unknown_keys_are_no_refusal()
    {
        var server = await PostgresServer.StartAsync();
        await using var host = await IdentityHost.StartAsync(Environment(server, await server.CreateDatabaseAsync()));
        var pair = await host.SignInAsync("admin", host.Output.Split(' ')[4]);
        await Assert.That(await host.ValidateAsync(pair.AccessToken)).IsNotNull();
        await server.DisposeAsync();

        await Assert.That(await host.ValidateAsync(pair.AccessToken)).IsNotNull();
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        await Assert.That(await host.ValidateAsync(pair.AccessToken)).IsNotNull();

        // Whether another replica has made that key cannot be known now: 503, not 401 (decision 10).
        var header = Jwt.Header(pair.AccessToken);
        header["kid"] = "unknown";
        var token = Jwt.Make(header, Jwt.Payload(pair.AccessToken), _ => new byte[256]);
        for (var i = 0; i < 2; i++)
        {
            var (status, _, response) = await host.SendAsync("GET", "/api/v3/user/profile", authorization: $"Bearer {token}");
            await Assert.That(status).IsEqualTo(HttpStatusCode.ServiceUnavailable);
            await Assert.That(response.Headers.RetryAfter).IsNotNull();
        }
    }

    private static Dictionary<string, string> Environment(PostgresServer server, string database) => new()
    {
        ["DB_PROVIDER"] = "postgres",
        ["DB_HOST"] = "127.0.0.1",
        ["DB_PORT"] = $"{server.Port}",
        ["DB_USERNAME"] = PostgresServer.User,
        ["DB_PASSWORD"] = "none",
        ["DB_NAME"] = database,
        ["ENCRYPTION_KEY"] = Key,
    };
}
