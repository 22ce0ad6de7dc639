using Controller.Sql.Stores;

namespace Controller.Sql.Tests;

/// <summary>The fleet's brokers, on every engine.</summary>
[Arguments(SqlFlavor.Sqlite)]
[Arguments(SqlFlavor.Postgres)]
[Arguments(SqlFlavor.MySql)]
public sealed class RelayBrokerStoreTests(SqlFlavor flavor)
{
    [Test]
    public async Task Of_the_servers_only_the_hub_is_the_broker()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await Assert.That(await db.Database.ReadAsync(RelayBrokerStore.FindNatsHubAsync)).IsNull();
        await db.Database.WriteAsync(async s =>
        {
            await FleetRows.AddFogAsync(s, "leaf");
            await FleetRows.AddFogAsync(s, "hub");
            await s.ExecuteAsync("INSERT INTO \"NatsInstances\" (\"iofog_uuid\", \"is_hub\", \"host\", \"server_port\") VALUES ('leaf', FALSE, 'a', 1)");
            await s.ExecuteAsync("INSERT INTO \"NatsInstances\" (\"iofog_uuid\", \"is_hub\", \"host\") VALUES ('hub', TRUE, 'b')");
        });

        await Assert.That(await db.Database.ReadAsync(RelayBrokerStore.FindNatsHubAsync)).IsEqualTo(new RelayBrokerRow("b", null));
    }

    [Test]
    public async Task Of_the_routers_only_the_default_is_the_broker()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await Assert.That(await db.Database.ReadAsync(RelayBrokerStore.FindDefaultRouterAsync)).IsNull();
        await db.Database.WriteAsync(async s =>
        {
            await s.ExecuteAsync("INSERT INTO \"Routers\" (\"is_default\", \"host\", \"messaging_port\") VALUES (FALSE, 'a', 1)");
            await s.ExecuteAsync("INSERT INTO \"Routers\" (\"is_default\", \"host\", \"messaging_port\") VALUES (TRUE, 'b', 5673)");
        });

        await Assert.That(await db.Database.ReadAsync(RelayBrokerStore.FindDefaultRouterAsync)).IsEqualTo(new RelayBrokerRow("b", 5673));
    }

    [Test]
    public async Task Credentials_are_those_of_the_controllers_own_user()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await Assert.That(await db.Database.ReadAsync(RelayBrokerStore.FindCredentialsSecretAsync)).IsNull();
        await db.Database.WriteAsync(async s =>
        {
            var nats = await s.InsertAsync("INSERT INTO \"NatsOperators\" (\"name\", \"public_key\", \"jwt\", \"seed_secret_name\") VALUES ('o', 'k', 'j', 's')");
            var system = await AddAccountAsync(s, nats, "controller", isSystem: true);
            var ours = await AddAccountAsync(s, nats, "controller", isSystem: false);
            var shop = await AddAccountAsync(s, nats, "shop", isSystem: false);
            await AddUserAsync(s, "controller", system, "system");
            await AddUserAsync(s, "controller", ours, "ours");
            await AddUserAsync(s, "other", ours, "other");
            await AddUserAsync(s, "controller", shop, "shop");
        });

        await Assert.That(await db.Database.ReadAsync(RelayBrokerStore.FindCredentialsSecretAsync)).IsEqualTo("creds-ours");
    }

    private static Task<long> AddAccountAsync(DbSession session, long nats, string name, bool isSystem) => session.InsertAsync(
        """
        INSERT INTO "NatsAccounts" ("name", "public_key", "jwt", "seed_secret_name", "is_system", "operator_id")
        VALUES (@name, 'k', 'j', 's', @system, @nats)
        """,
        new() { { "name", name }, { "system", isSystem }, { "nats", nats } });

    private static Task AddUserAsync(DbSession session, string name, long account, string secret) => session.ExecuteAsync(
        """
        INSERT INTO "NatsUsers" ("name", "public_key", "jwt", "creds_secret_name", "account_id") VALUES (@name, 'k', 'j', @secret, @account)
        """,
        new() { { "name", name }, { "secret", $"creds-{secret}" }, { "account", account } });
}
