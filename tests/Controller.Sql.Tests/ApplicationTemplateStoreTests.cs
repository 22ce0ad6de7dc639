using Controller.Sql.Stores;

namespace Controller.Sql.Tests;

/// <summary>Application templates on every engine.</summary>
[Arguments(SqlFlavor.Sqlite)]
[Arguments(SqlFlavor.Postgres)]
[Arguments(SqlFlavor.MySql)]
public sealed class ApplicationTemplateStoreTests(SqlFlavor flavor)
{
    private static readonly DateTimeOffset Now = new(2026, 7, 10, 8, 0, 0, TimeSpan.Zero);

    [Test]
    public async Task What_is_written_is_read()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        var row = new ApplicationTemplateRow { Name = "t", Description = "text ü", ApplicationJson = """{"microservices":[]}""" };
        var id = await db.Database.WriteAsync(s => ApplicationTemplateStore.InsertAsync(s, row, Now));
        await Assert.That(await FindAsync(db, "t")).IsEqualTo(row with { Id = id, CreatedAt = Now, UpdatedAt = Now });
        await Assert.That(await FindAsync(db, "none")).IsNull();

        var later = Now.AddHours(1);
        await db.Database.WriteAsync(async s =>
        {
            var locked = await ApplicationTemplateStore.FindForUpdateAsync(s, "t");
            await ApplicationTemplateStore.UpdateAsync(s, locked! with { Name = "new", Description = "", ApplicationJson = null }, later);
        });
        await Assert.That(await FindAsync(db, "t")).IsNull();
        await Assert.That(await FindAsync(db, "new")).IsEqualTo(new ApplicationTemplateRow { Id = id, Name = "new", CreatedAt = Now, UpdatedAt = later });
    }

    [Test]
    public async Task Names_are_unique_and_the_list_is_in_order_of_creation()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        foreach (var name in new[] { "b", "a", "c" })
        {
            await db.Database.WriteAsync(s => ApplicationTemplateStore.InsertAsync(s, new() { Name = name }, Now));
        }

        var list = await db.Database.ReadAsync(ApplicationTemplateStore.ListAsync);
        await Assert.That(string.Join(' ', list.Select(t => t.Name))).IsEqualTo("b a c");
        var refused = await Assert.ThrowsAsync<DatabaseException>(
            () => db.Database.WriteAsync(s => ApplicationTemplateStore.InsertAsync(s, new() { Name = "a" }, Now)));
        await Assert.That(refused!.Fault).IsEqualTo(DatabaseFault.UniqueViolation);
    }

    [Test]
    public async Task Variables_are_replaced_as_a_whole_and_go_with_their_template()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        var first = await db.Database.WriteAsync(s => ApplicationTemplateStore.InsertAsync(s, new() { Name = "first" }, Now));
        var second = await db.Database.WriteAsync(s => ApplicationTemplateStore.InsertAsync(s, new() { Name = "second" }, Now));
        await db.Database.WriteAsync(async s =>
        {
            await ApplicationTemplateStore.ReplaceVariablesAsync(s, first, [new(0, 0, "old", "", "1")], Now);
            await ApplicationTemplateStore.ReplaceVariablesAsync(s, second, [new(0, 0, "other", "", null)], Now);
            // More than one statement holds.
            await ApplicationTemplateStore.ReplaceVariablesAsync(
                s, first, [.. Enumerable.Range(0, 250).Select(i => new TemplateVariableRow(0, 0, $"k{i}", $"d{i}", i == 0 ? null : $"\"{i}\""))], Now);
        });

        var variables = await db.Database.ReadAsync(s => ApplicationTemplateStore.ListVariablesAsync(s, first));
        await Assert.That(variables.Count).IsEqualTo(250);
        await Assert.That(variables[0] with { Id = 0 }).IsEqualTo(new TemplateVariableRow(0, first, "k0", "d0", null, Now, Now));
        await Assert.That(variables[249] with { Id = 0 }).IsEqualTo(new TemplateVariableRow(0, first, "k249", "d249", "\"249\"", Now, Now));
        await Assert.That((await db.Database.ReadAsync(s => ApplicationTemplateStore.ListVariablesAsync(s, null))).Count).IsEqualTo(251);

        await db.Database.WriteAsync(s => ApplicationTemplateStore.DeleteAsync(s, "first"));
        await db.Database.WriteAsync(s => ApplicationTemplateStore.DeleteAsync(s, "first"));
        var left = await db.Database.ReadAsync(s => ApplicationTemplateStore.ListVariablesAsync(s, null));
        await Assert.That(left.Select(v => v.Key)).IsEquivalentTo(["other"]);
    }

    private static Task<ApplicationTemplateRow?> FindAsync(MigratedDatabase db, string name) =>
        db.Database.ReadAsync(s => ApplicationTemplateStore.FindAsync(s, name));
}
