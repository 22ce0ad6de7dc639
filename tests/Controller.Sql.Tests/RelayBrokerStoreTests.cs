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
            await s.ExecuteAsync("INSERT INTO \"NatsOperators\" (\"id\", \"name\", \"public_key\", \"jwt\", \"seed_secret_name\") VALUES (1, 'o', 'k', 'j', 's')");
            await AddAccountAsync(s, 1, "controller", isSystem: true);
            await AddAccountAsync(s, 2, "controller", isSystem: false);
            await AddAccountAsync(s, 3, "shop", isSystem: false);
            await AddUserAsync(s, "controller", 1);
            await AddUserAsync(s, "controller", 2);
            await AddUserAsync(s, "other", 2);
            await AddUserAsync(s, "controller", 3);
        });

        await Assert.That(await db.Database.ReadAsync(RelayBrokerStore.FindCredentialsSecretAsync)).IsEqualTo("creds-controller-2");
    }

    private static Task AddAccountAsync(DbSession session, int id, string name, bool isSystem) => session.ExecuteAsync(
        """
        INSERT INTO "NatsAccounts" ("id", "name", "public_key", "jwt", "seed_secret_name", "is_system", "operator_id")
        VALUES (@id, @name, 'k', 'j', 's', @system, 1)
        """,
        new() { { "id", id }, { "name", name }, { "system", isSystem } });

    private static Task AddUserAsync(DbSession session, string name, int account) => session.ExecuteAsync(
        """
        INSERT INTO "NatsUsers" ("name", "public_key", "jwt", "creds_secret_name", "account_id") VALUES (@name, 'k', 'j', @secret, @account)
        """,
        new() { { "name", name }, { "secret", $"creds-{name}-{account}" }, { "account", account } });
}
