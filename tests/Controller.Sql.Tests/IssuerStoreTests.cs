using Controller.Sql.Stores;

namespace Controller.Sql.Tests;

/// <summary>What the stores of the embedded issuer and of browser login promise on every engine.</summary>
[Arguments(SqlFlavor.Sqlite)]
[Arguments(SqlFlavor.Postgres)]
[Arguments(SqlFlavor.MySql)]
public sealed class IssuerStoreTests(SqlFlavor flavor)
{
    private static readonly DateTimeOffset Now = new(2026, 7, 10, 8, 0, 0, TimeSpan.Zero);

    [Test]
    public async Task A_record_lives_until_its_time_is_over()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        Task<IssuerStateRow?> Find(string model, DateTimeOffset now) => db.Database.ReadAsync(s => IssuerStateStore.FindAsync(s, model, "id", now));
        await db.Database.WriteAsync(async s =>
        {
            await IssuerStateStore.PutAsync(s, new IssuerState("A", "id", "{\"old\":1}", Now.AddSeconds(5), "grant"), Now);
            await IssuerStateStore.ConsumeAsync(s, "A", "id", Now);
            await IssuerStateStore.PutAsync(s, new IssuerState("B", "id", "{}", Now.AddSeconds(60), "grant"), Now);
        });
        await Assert.That(await Find("A", Now)).IsEqualTo(new IssuerStateRow("{\"old\":1}", "grant", true));
        await db.Database.WriteAsync(s => IssuerStateStore.PutAsync(s, new IssuerState("A", "id", "{\"new\":1}", Now.AddSeconds(10)), Now));
        await Assert.That(await Find("A", Now.AddSeconds(9.5))).IsEqualTo(new IssuerStateRow("{\"new\":1}", null, false));
        await Assert.That(await Find("A", Now.AddSeconds(10))).IsNull();
        await Assert.That(await db.Database.WriteAsync(s => IssuerStateStore.LockAsync(s, "A", "id", Now.AddSeconds(10)))).IsNull();

        await db.Database.WriteAsync(async s =>
        {
            await IssuerStateStore.ExtendAsync(s, "A", "id", Now.AddSeconds(20), Now);
            await IssuerStateStore.ExtendAsync(s, "A", "id", Now.AddSeconds(15), Now);
        });
        await Assert.That(await Find("A", Now.AddSeconds(19))).IsNotNull();
        await Assert.That(await Find("A", Now.AddSeconds(20))).IsNull();
        await db.Database.WriteAsync(s => IssuerStateStore.DeleteAsync(s, "A", "id"));
        await Assert.That(await Find("A", Now)).IsNull();
        await Assert.That(await Find("B", Now)).IsNotNull();
    }

    [Test]
    public async Task A_grant_and_a_session_take_along_what_is_theirs()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await db.Database.WriteAsync(async s =>
        {
            foreach (var (id, grant, uid) in new[] { ("a", "one", "x"), ("b", "one", null), ("c", "two", "x"), ("d", "three", (string?)"y"), ("e", null, null) })
            {
                await IssuerStateStore.PutAsync(s, new IssuerState("M", id, "{}", Now.AddHours(1), grant, uid), Now);
            }

            await IssuerStateStore.RevokeGrantAsync(s, "one");
            await IssuerStateStore.DeleteByUidAsync(s, "x");
        });
        var left = await db.Database.ReadAsync(s => s.QueryAsync("SELECT \"record_id\" FROM \"AuthOidcProviderStates\" ORDER BY \"record_id\"", r => r.Text()));
        await Assert.That(string.Join(", ", left)).IsEqualTo("d, e");
    }

    [Test]
    public async Task A_record_is_consumed_by_one_transaction_at_a_time()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await db.Database.WriteAsync(s => IssuerStateStore.PutAsync(s, new IssuerState("Code", "c", "{}", Now.AddHours(1)), Now));
        var takers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => db.Database.WriteAsync(async s =>
        {
            if ((await IssuerStateStore.LockAsync(s, "Code", "c", Now))!.IsConsumed)
            {
                return false;
            }

            await IssuerStateStore.ConsumeAsync(s, "Code", "c", Now);
            return true;
        })));
        await Assert.That(takers.Count(taken => taken)).IsEqualTo(1);
    }

    [Test]
    public async Task A_client_s_secret_is_replaced()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await Assert.That(await db.Database.ReadAsync(s => IssuerClientStore.SecretAsync(s, "controller"))).IsNull();
        await db.Database.WriteAsync(async s =>
        {
            await IssuerClientStore.PutAsync(s, "controller", "confidential", "first", Now);
            await IssuerClientStore.PutAsync(s, "controller", "confidential", "second", Now);
            await IssuerClientStore.PutAsync(s, "console", "public", null, Now);
        });
        await Assert.That(await db.Database.ReadAsync(s => IssuerClientStore.SecretAsync(s, "controller"))).IsEqualTo("second");
        await Assert.That(await db.Database.ReadAsync(s => IssuerClientStore.SecretAsync(s, "console"))).IsNull();
    }

    [Test]
    public async Task The_session_secret_is_kept()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await Assert.That(await db.Database.ReadAsync(BootstrapStore.SessionSecretAsync)).IsNull();
        await db.Database.WriteAsync(s => BootstrapStore.SetSessionSecretAsync(s, "sealed", Now));
        await Assert.That(await db.Database.ReadAsync(BootstrapStore.SessionSecretAsync)).IsEqualTo("sealed");
    }

    [Test]
    public async Task Short_lived_texts_are_replaced_expire_and_are_taken_once()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        foreach (var table in new[] { ShortLivedTable.BrowserSessions, ShortLivedTable.Interactions })
        {
            Task<string?> Find(DateTimeOffset now) => db.Database.ReadAsync(s => ShortLivedStore.FindAsync(s, table, "k", now));
            await db.Database.WriteAsync(async s =>
            {
                await ShortLivedStore.PutAsync(s, table, "k", "1", Now.AddSeconds(5), Now);
                await ShortLivedStore.PutAsync(s, table, "k", "2", Now.AddSeconds(10), Now);
            });
            await Assert.That(await Find(Now.AddSeconds(9))).IsEqualTo("2");
            await Assert.That(await Find(Now.AddSeconds(10))).IsNull();
            var takers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => db.Database.WriteAsync(async s =>
                await ShortLivedStore.LockAsync(s, table, "k", Now) is not null && await ShortLivedStore.DeleteAsync(s, table, "k") > 0)));
            await Assert.That(takers.Count(taken => taken)).IsEqualTo(1);
            await Assert.That(await Find(Now)).IsNull();
        }
    }

    [Test]
    public async Task Expired_rows_are_purged_some_at_a_time()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        var user = new UserRow { Id = Guid.NewGuid().ToString(), Email = "alice", PasswordHash = "h" };
        await db.Database.WriteAsync(async s =>
        {
            await UserStore.InsertAsync(s, user, Now);
            for (var i = 0; i < 4; i++)
            {
                var expires = i < 3 ? Now.AddSeconds(-i) : Now.AddSeconds(1);
                await IssuerStateStore.PutAsync(s, new IssuerState("M", $"{i}", "{}", expires), Now);
                await ShortLivedStore.PutAsync(s, ShortLivedTable.BrowserSessions, $"{i}", "{}", expires, Now);
                await ShortLivedStore.PutAsync(s, ShortLivedTable.Interactions, $"{i}", "{}", expires, Now);
                await RefreshTokenStore.InsertAsync(s, $"{i}", user.Id, "f", expires, Now);
                await PasswordResetStore.InsertAsync(s, $"{i}", user.Id, expires, Now);
            }
        });
        foreach (var table in ExpiredStore.Tables)
        {
            Task<int> Purge() => db.Database.WriteAsync(s => ExpiredStore.PurgeAsync(s, table, Now, 2));
            await Assert.That((await Purge(), await Purge(), await Purge())).IsEqualTo((2, 1, 0)).Because(table.Name);
            await Assert.That(await db.Database.ReadAsync(s => s.QueryOneAsync($"SELECT COUNT(*) FROM \"{table.Name}\"", r => r.Long()))).IsEqualTo(1);
        }
    }
}
