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
    public async Task A_key_rotated_on_one_replica_serves_on_all()
    {
        var server = await PostgresServer.SharedAsync();
        var environment = Environment(server, await server.CreateDatabaseAsync());
        foreach (var (name, value) in IdentityHost.Configured)
        {
            environment[name] = value;
        }

        // One clock, so that neither is a minute behind.
        await using var one = await IdentityHost.StartAsync(environment);
        await using var two = await IdentityHost.StartAsync(environment, clock: one.Clock);
        var before = await one.SignInAsync();
        one.Clock.Advance(TimeSpan.FromSeconds(1));
        var rotated = await one.CallAsync("POST", "/auth/jwks/rotate", $"Bearer {before.AccessToken}");
        var kid = (string)rotated.Body!["kid"]!;

        // The other has not read the keys since: it still signs with the old one, which both take.
        var meanwhile = await two.SignInAsync();
        await Assert.That((string)Jwt.Header(meanwhile.AccessToken)["kid"]!).IsNotEqualTo(kid);
        await Assert.That(await one.ValidateAsync(meanwhile.AccessToken)).IsNotNull();

        // A token of the new key makes it look.
        var after = await one.SignInAsync();
        await Assert.That((string)Jwt.Header(after.AccessToken)["kid"]!).IsEqualTo(kid);
        await Assert.That(await two.ValidateAsync(after.AccessToken)).IsNotNull();
        await Assert.That((string)Jwt.Header((await two.SignInAsync()).AccessToken)["kid"]!).IsEqualTo(kid);
        await Assert.That((await two.RefreshAsync(before.RefreshToken)).Status).IsEqualTo(HttpStatusCode.OK);

        // What the other signed with the old key after the rotation lives out its time.
        one.Clock.Advance(TimeSpan.FromSeconds(3599));
        await Assert.That((await one.RefreshAsync(meanwhile.RefreshToken)).Status).IsEqualTo(HttpStatusCode.OK);
    }

    [Test]
    public async Task Guesses_on_two_replicas_share_one_lockout()
    {
        var server = await PostgresServer.SharedAsync();
        var environment = Environment(server, await server.CreateDatabaseAsync());
        await using var one = await IdentityHost.StartAsync(environment);
        await using var two = await IdentityHost.StartAsync(environment, clock: one.Clock);
        await one.AddUserAsync("alice", IdentityHost.AdminPassword);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? one : two).LoginAsync("alice", "wrong")));
        await Assert.That((await one.UserAsync("alice"))!.FailedAttempts).IsEqualTo(5);

        await one.AddUserAsync("bob", IdentityHost.AdminPassword);
        var (secret, codes) = await one.EnrolAsync(await one.BearerAsync("bob"));
        foreach (var code in new[] { one.Code(secret), codes[0] })
        {
            var logins = await Task.WhenAll(new[] { one, two, one, two }.Select(r => r.LoginAsync("bob", IdentityHost.AdminPassword, code)));
            await Assert.That(logins.Count(l => l.Status == HttpStatusCode.OK)).IsEqualTo(1).Because(code);
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
