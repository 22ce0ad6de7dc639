using Controller.Sql.Stores;

namespace Controller.Sql.Tests;

/// <summary>Applications on every engine.</summary>
[Arguments(SqlFlavor.Sqlite)]
[Arguments(SqlFlavor.Postgres)]
[Arguments(SqlFlavor.MySql)]
public sealed class ApplicationStoreTests(SqlFlavor flavor)
{
    private static readonly DateTimeOffset Now = new(2026, 7, 10, 8, 0, 0, TimeSpan.Zero);

    [Test]
    public async Task What_is_written_is_read()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        var rule = await db.Database.WriteAsync(s => NatsAccountRuleRefStore.EnsureAsync(s, "default-account", true, null, Now));
        var id = await db.Database.WriteAsync(s => ApplicationStore.InsertAsync(
            s,
            new() { Name = "app", Description = "text ü", IsActivated = true, NatsAccess = true, NatsRuleId = rule },
            Now));

        var read = await db.Database.ReadAsync(s => ApplicationStore.FindAsync(s, "app"));

        await Assert.That(read).IsEqualTo(new ApplicationRow
        {
            Id = id, Name = "app", Description = "text ü", IsActivated = true, NatsAccess = true, NatsRuleId = rule, NatsRule = "default-account",
            CreatedAt = Now, UpdatedAt = Now,
        });

        var later = Now.AddHours(1);
        await db.Database.WriteAsync(async s =>
        {
            var locked = await ApplicationStore.FindForUpdateAsync(s, "app");
            await ApplicationStore.UpdateAsync(
                s, locked! with { Name = "new", Description = "", IsActivated = false, NatsAccess = false, NatsRuleId = null }, later);
        });
        await Assert.That(await db.Database.ReadAsync(s => ApplicationStore.FindAsync(s, "app"))).IsNull();
        await Assert.That(await db.Database.ReadAsync(s => ApplicationStore.FindAsync(s, "new"))).IsEqualTo(
            new ApplicationRow { Id = id, Name = "new", CreatedAt = Now, UpdatedAt = later });
    }

    [Test]
    public async Task Lists_are_of_one_kind_and_names_are_unique_over_both()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await db.Database.WriteAsync(async s =>
        {
            await ApplicationStore.InsertAsync(s, new() { Name = "b" }, Now);
            await ApplicationStore.InsertAsync(s, new() { Name = "sys", IsSystem = true }, Now);
            await ApplicationStore.InsertAsync(s, new() { Name = "a" }, Now);
        });
        await Assert.That((await db.Database.ReadAsync(s => ApplicationStore.ListAsync(s, false))).Select(a => a.Name)).IsEquivalentTo(["b", "a"]);
        await Assert.That((await db.Database.ReadAsync(s => ApplicationStore.ListAsync(s, true))).Select(a => a.Name)).IsEquivalentTo(["sys"]);
        var refused = await Assert.ThrowsAsync<DatabaseException>(
            () => db.Database.WriteAsync(s => ApplicationStore.InsertAsync(s, new() { Name = "sys" }, Now)));
        await Assert.That(refused!.Fault).IsEqualTo(DatabaseFault.UniqueViolation);
    }

    [Test]
    public async Task Built_in_rules_are_made_once()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        var first = await db.Database.WriteAsync(s => NatsAccountRuleRefStore.EnsureAsync(s, "default-system-account", false, "[]", Now));
        var second = await db.Database.WriteAsync(s => NatsAccountRuleRefStore.EnsureAsync(s, "default-system-account", false, "[]", Now));
        await Assert.That(second).IsEqualTo(first);
        await Assert.That(await db.Database.ReadAsync(s => NatsAccountRuleRefStore.FindAsync(s, "none"))).IsNull();
        var texts = (await db.Database.ReadAsync(s => NatsAccountRuleRefStore.FindAsync(s, "default-system-account")))!.Value.Texts;
        await Assert.That(texts).Contains("[]");
    }

    [Test]
    public async Task An_application_goes_with_what_belongs_to_it()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        var id = await AgentWorld.AddApplicationAsync(db.Database, "app");
        await AgentWorld.AddFogAsync(db.Database, "fog-1");
        await AgentWorld.AddFogAsync(db.Database, "fog-2");
        await AgentWorld.AddMicroserviceAsync(db.Database, "m-b", "b", "fog-1", id);
        await AgentWorld.AddMicroserviceAsync(db.Database, "m-a", "a", "fog-1", id);
        await AgentWorld.AddMicroserviceAsync(db.Database, "m-c", "c", "fog-2", id);
        await AgentWorld.RunAsync(
            db.Database, "INSERT INTO \"RbacServiceAccounts\" (\"name\", \"application_id\") VALUES ('free', @id)", new() { { "id", id } });
        await AgentWorld.RunAsync(
            db.Database,
            """
            INSERT INTO "MicroserviceExtraHost" ("template_type", "name", "template", "value", "microservice_uuid", "target_microservice_uuid")
            VALUES ('Apps', 'x', '${Apps.app.a.local}', 'iofog_m-a', 'm-c', 'm-a')
            """);

        var all = await db.Database.ReadAsync(s => MicroserviceStore.ListAllAsync(s, id));
        await Assert.That(all.Select(m => m.Uuid)).IsEquivalentTo(["m-a", "m-b", "m-c"]);
        await Assert.That(await db.Database.ReadAsync(s => ApplicationStore.ListFogsAsync(s, id))).IsEquivalentTo(["fog-1", "fog-2"]);

        await db.Database.WriteAsync(s => ApplicationStore.RenameInTemplatesAsync(s, id, "app", "new"));
        await Assert.That(await AgentWorld.TextAsync(db.Database, "SELECT \"template\" FROM \"MicroserviceExtraHost\"")).IsEqualTo("${Apps.new.a.local}");

        await db.Database.WriteAsync(s => ApplicationStore.DeleteAsync(s, id));
        foreach (var table in new[] { "Applications", "Microservices", "RbacServiceAccounts", "MicroserviceExtraHost" })
        {
            await Assert.That(await AgentWorld.TextAsync(db.Database, $"SELECT CAST(COUNT(*) AS CHAR(9)) FROM \"{table}\"")).StartsWith("0");
        }
    }

    [Test]
    public async Task Stopped_microservices_are_found_and_settled()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await AgentWorld.AddFogAsync(db.Database, "fog");
        var off = await AgentWorld.AddApplicationAsync(db.Database, "off", isActivated: false);
        var on = await AgentWorld.AddApplicationAsync(db.Database, "on");
        foreach (var (uuid, application, isActivated, status) in new[]
        {
            ("off-gone", off, true, "DELETED"), ("off-going", off, true, "DELETING"), ("off-runs", off, true, "RUNNING"),
            ("on-gone", on, true, "DELETED"), ("single-gone", on, false, "DELETED"),
        })
        {
            await AgentWorld.AddMicroserviceAsync(db.Database, uuid, uuid, "fog", application, isActivated: isActivated);
            await AgentWorld.RunAsync(
                db.Database,
                "INSERT INTO \"MicroserviceStatuses\" (\"microservice_uuid\", \"status\") VALUES (@u, @s)", new() { { "u", uuid }, { "s", status } });
            await AgentWorld.RunAsync(
                db.Database,
                "INSERT INTO \"MicroserviceExecStatuses\" (\"microservice_uuid\", \"status\", \"exec_session_id\") VALUES (@u, 'ACTIVE', 'x')",
                new() { { "u", uuid } });
        }

        var applications = await db.Database.ReadAsync(s => StoppedMicroserviceStore.ListAsync(s, true));
        var single = await db.Database.ReadAsync(s => StoppedMicroserviceStore.ListAsync(s, false));
        await Assert.That(applications.Select(m => m.Uuid)).IsEquivalentTo(["off-gone", "off-going"]);
        await Assert.That(single).IsEquivalentTo([new StoppedMicroservice("single-gone", "fog")]);

        await db.Database.WriteAsync(s => StoppedMicroserviceStore.SettleAsync(s, [.. applications, .. single], Now));
        var statuses = await db.Database.ReadAsync(s => s.QueryAsync(
            """
            SELECT s."microservice_uuid", s."status", e."status", e."exec_session_id" FROM "MicroserviceStatuses" s
            JOIN "MicroserviceExecStatuses" e ON e."microservice_uuid" = s."microservice_uuid"
            """,
            r => $"{r.Text()} {r.Text()} {r.Text()} '{r.Text()}'"));
        await Assert.That(statuses).IsEquivalentTo(
        [
            "off-gone STOPPED INACTIVE ''", "off-going STOPPED INACTIVE ''", "single-gone STOPPED INACTIVE ''", "off-runs RUNNING ACTIVE 'x'",
            "on-gone DELETED ACTIVE 'x'",
        ]);
    }
}
