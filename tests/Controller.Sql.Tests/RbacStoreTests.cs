using Controller.Sql.Stores;

namespace Controller.Sql.Tests;

/// <summary>Roles, bindings, service accounts and their version, on every engine.</summary>
[Arguments(SqlFlavor.Sqlite)]
[Arguments(SqlFlavor.Postgres)]
[Arguments(SqlFlavor.MySql)]
public sealed class RbacStoreTests(SqlFlavor flavor)
{
    private static readonly DateTimeOffset Now = new(2026, 7, 10, 8, 0, 0, 482, TimeSpan.Zero);

    private static readonly RoleRuleRow Rule = new("[\"\"]", "[\"x\"]", "[\"get\"]", null);

    private static readonly RoleRuleRow Named = new("[\"g\"]", "[\"y\"]", "[\"*\"]", "[\"n-*\"]");

    [Test]
    public async Task Roles_come_with_their_rules_in_one_query()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await db.Database.WriteAsync(async s =>
        {
            await RoleStore.ReplaceRulesAsync(s, await RoleStore.InsertAsync(s, "camera", Now), [Rule, Named], Now);
            await RoleStore.InsertAsync(s, "bare", Now);
            await RoleStore.ReplaceRulesAsync(s, await RoleStore.InsertAsync(s, "many", Now), [.. Enumerable.Repeat(Rule, 250)], Now);
        });
        var (roles, statements) = await db.Database.ReadAsync(async s => (await RoleStore.ListAsync(s), s.StatementCount));
        await Assert.That(statements).IsEqualTo(1);
        await Assert.That(roles.Select(r => (r.Name, r.Rules.Count, r.CreatedAt, r.UpdatedAt))).IsEquivalentTo(
            new (string, int, DateTimeOffset?, DateTimeOffset?)[] { ("camera", 2, Now, Now), ("bare", 0, Now, Now), ("many", 250, Now, Now) });
        await Assert.That(roles[0].Rules.SequenceEqual([Rule, Named])).IsTrue();
        await Assert.That((await db.Database.ReadAsync(s => RoleStore.ListAsync(s, ["camera", "bare", "none"]))).Select(r => r.Name)).IsEquivalentTo(["camera", "bare"]);
        await Assert.That(await db.Database.ReadAsync(s => RoleStore.FindAsync(s, "Camera"))).IsNull();
        await Assert.That(await db.Database.ReadAsync(s => RoleStore.FindIdAsync(s, "camera"))).IsEqualTo(roles[0].Id);
        await Assert.That(await db.Database.ReadAsync(s => RoleStore.FindIdAsync(s, "none"))).IsNull();

        await db.Database.WriteAsync(async s =>
        {
            var id = (await RoleStore.LockAsync(s, "camera"))!.Value;
            await RoleStore.UpdateAsync(s, id, "lens", Now.AddDays(1));
            await RoleStore.ReplaceRulesAsync(s, id, [Named], Now);
        });
        var lens = (await db.Database.ReadAsync(s => RoleStore.FindAsync(s, "lens")))!;
        await Assert.That((lens.Id, lens.Rules.Single(), lens.CreatedAt, lens.UpdatedAt)).IsEqualTo((roles[0].Id, Named, Now, Now.AddDays(1)));
        var e = await Assert.ThrowsAsync<DatabaseException>(() => db.Database.WriteAsync(s => RoleStore.InsertAsync(s, "lens", Now)));
        await Assert.That(e!.Fault).IsEqualTo(DatabaseFault.UniqueViolation);
        await db.Database.WriteAsync(s => RoleStore.DeleteAsync(s, lens.Id));
        await Assert.That(await CountAsync(db, "RbacRoleRules")).IsEqualTo(250);
    }

    [Test]
    public async Task Bindings_are_kept_as_they_are_given()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        var row = new RoleBindingRow(0, "b", "{\"kind\":\"Role\",\"name\":\"r\"}", 7, "[{\"kind\":\"User\",\"name\":\"Ünï\"}]");
        await db.Database.WriteAsync(s => RoleBindingStore.InsertAsync(s, row, Now));
        var stored = (await db.Database.ReadAsync(s => RoleBindingStore.FindAsync(s, "b")))!;
        await Assert.That(stored).IsEqualTo(row with { Id = stored.Id, CreatedAt = Now, UpdatedAt = Now });
        var changed = stored with { Name = "c", RoleRef = "{}", RoleId = null, Subjects = "[]" };
        await db.Database.WriteAsync(s => RoleBindingStore.UpdateAsync(s, changed, Now.AddDays(1)));
        await Assert.That(await db.Database.WriteAsync(s => RoleBindingStore.LockAsync(s, "c"))).IsEqualTo(changed with { UpdatedAt = Now.AddDays(1) });
        await Assert.That(await db.Database.ReadAsync(s => RoleBindingStore.FindAsync(s, "b"))).IsNull();
        var e = await Assert.ThrowsAsync<DatabaseException>(() => db.Database.WriteAsync(s => RoleBindingStore.InsertAsync(s, changed, Now)));
        await Assert.That(e!.Fault).IsEqualTo(DatabaseFault.UniqueViolation);
        await Assert.That((await db.Database.ReadAsync(RoleBindingStore.ListAsync)).Count).IsEqualTo(1);
        await Assert.That(await db.Database.WriteAsync(s => RoleBindingStore.DeleteAsync(s, "c"))).IsTrue();
        await Assert.That(await db.Database.WriteAsync(s => RoleBindingStore.DeleteAsync(s, "c"))).IsFalse();
    }

    [Test]
    public async Task References_are_found_by_name_and_replaced()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        const string own = "{\"kind\":\"Role\",\"name\":\"cam\"}", spaced = "{ \"name\": \"cam\", \"kind\": \"Role\" }", other = "{\"kind\":\"Role\",\"name\":\"cam-2\"}";
        await db.Database.WriteAsync(async s =>
        {
            foreach (var (name, text) in new[] { ("a", own), ("b", own), ("c", spaced), ("d", other) })
            {
                await RoleBindingStore.InsertAsync(s, new RoleBindingRow(0, name, text, null, "[]"), Now);
            }

            await s.ExecuteAsync("INSERT INTO \"Fogs\" (\"uuid\", \"name\", \"arch_id\") VALUES ('f', 'f', 1)");
            await s.ExecuteAsync("INSERT INTO \"Microservices\" (\"uuid\", \"name\", \"iofog_uuid\") VALUES ('m1', 'm1', 'f')");
            await s.ExecuteAsync("INSERT INTO \"Microservices\" (\"uuid\", \"name\", \"iofog_uuid\") VALUES ('m2', 'm2', 'f')");
            await ServiceAccountStore.SetAsync(s, "m1", null, "m1", own, null, Now);
            await ServiceAccountStore.SetAsync(s, "m2", null, "m2", other, null, Now);
        });
        await Assert.That(await db.Database.ReadAsync(s => RoleReferenceStore.ListTextsAsync(s, "RbacRoleBindings", "cam"))).IsEquivalentTo([own, spaced]);
        await Assert.That(await db.Database.ReadAsync(s => RoleReferenceStore.ListTextsAsync(s, "RbacServiceAccounts", "cam"))).IsEquivalentTo([own]);
        await Assert.That(await db.Database.ReadAsync(s => RoleReferenceStore.ListFogsAsync(s, [own]))).IsEquivalentTo(["f"]);
        await Assert.That(await db.Database.ReadAsync(s => RoleReferenceStore.ListFogsAsync(s, ["none"]))).IsEmpty();
        await db.Database.WriteAsync(s => RoleReferenceStore.ReplaceAsync(s, "RbacRoleBindings", own, "new", 9, Now.AddDays(1)));
        var rows = await db.Database.ReadAsync(RoleBindingStore.ListAsync);
        await Assert.That(rows.Select(r => (r.Name, r.RoleRef, r.RoleId, r.UpdatedAt))).IsEquivalentTo(
            new (string, string, long?, DateTimeOffset?)[] { ("a", "new", 9, Now.AddDays(1)), ("b", "new", 9, Now.AddDays(1)), ("c", spaced, null, Now), ("d", other, null, Now) });
    }

    [Test]
    public async Task Accounts_belong_to_an_application()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        var (one, two) = await db.Database.WriteAsync(async s => (
            await s.InsertAsync("INSERT INTO \"Applications\" (\"name\", \"is_system\", \"is_activated\") VALUES ('one', FALSE, TRUE)"),
            await s.InsertAsync("INSERT INTO \"Applications\" (\"name\", \"is_system\", \"is_activated\") VALUES ('two', FALSE, TRUE)")));
        await db.Database.WriteAsync(async s =>
        {
            await ServiceAccountStore.InsertAsync(s, one, "sa", "{}", 3, Now);
            await ServiceAccountStore.InsertAsync(s, two, "sa", "{}", null, Now);
        });
        var e = await Assert.ThrowsAsync<DatabaseException>(() => db.Database.WriteAsync(s => ServiceAccountStore.InsertAsync(s, one, "sa", "{}", null, Now)));
        await Assert.That(e!.Fault).IsEqualTo(DatabaseFault.UniqueViolation);
        var all = await db.Database.ReadAsync(s => ServiceAccountStore.ListAsync(s, null));
        await Assert.That(all.Select(v => (v.Application, v.Account.Name, v.Account.ApplicationId, v.Account.RoleId))).IsEquivalentTo(
            new (string?, string, long?, long?)[] { ("one", "sa", one, 3), ("two", "sa", two, null) });
        await Assert.That((await db.Database.ReadAsync(s => ServiceAccountStore.ListAsync(s, "two"))).Single()).IsEqualTo(all[1]);
        await Assert.That(await db.Database.ReadAsync(s => ServiceAccountStore.ListAsync(s, "none"))).IsEmpty();

        var row = (await db.Database.WriteAsync(s => ServiceAccountStore.LockAsync(s, one, "sa")))!;
        await db.Database.WriteAsync(s => ServiceAccountStore.UpdateAsync(s, row.Id, "renamed", "{\"a\":1}", null, Now.AddDays(1)));
        await Assert.That(await db.Database.ReadAsync(s => ServiceAccountStore.FindAsync(s, one, "renamed")))
            .IsEqualTo(row with { Name = "renamed", RoleRef = "{\"a\":1}", RoleId = null, UpdatedAt = Now.AddDays(1) });
        await db.Database.WriteAsync(s => s.ExecuteAsync("INSERT INTO \"Microservices\" (\"uuid\", \"name\") VALUES ('m', 'camera')"));
        await Assert.That(await db.Database.ReadAsync(s => ServiceAccountStore.FindOwnerAsync(s, "m"))).IsEqualTo(new ServiceAccountOwner("m", "camera", null));
        await Assert.That(await db.Database.ReadAsync(s => ServiceAccountStore.FindOwnerAsync(s, "none"))).IsNull();
        await db.Database.WriteAsync(s => ServiceAccountStore.DeleteAsync(s, row.Id));
        await Assert.That(await CountAsync(db, "RbacServiceAccounts")).IsEqualTo(1);
    }

    [Test]
    public async Task The_version_counts_up_and_starts_over_at_the_end_of_its_column()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await db.Database.WriteAsync(s => s.ExecuteAsync("DELETE FROM \"RbacCacheVersion\""));
        foreach (var expected in new[] { 1, 2, 3 })
        {
            await db.Database.WriteAsync(s => RbacCacheVersionStore.IncrementAsync(s, Now));
            await Assert.That(await db.Database.ReadAsync(RbacCacheVersionStore.ReadAsync)).IsEqualTo(expected);
        }

        await db.Database.WriteAsync(s => s.ExecuteAsync("UPDATE \"RbacCacheVersion\" SET \"version\" = 2147483647"));
        await db.Database.WriteAsync(s => RbacCacheVersionStore.IncrementAsync(s, Now));
        await Assert.That(await db.Database.ReadAsync(RbacCacheVersionStore.ReadAsync)).IsEqualTo(2);
    }

    private static Task<long> CountAsync(MigratedDatabase db, string table) =>
        db.Database.ReadAsync(s => s.QueryOneAsync($"SELECT COUNT(*) FROM \"{table}\"", r => r.Long()));
}
