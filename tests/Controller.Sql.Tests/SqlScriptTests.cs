namespace Controller.Sql.Tests;

public class SqlScriptTests
{
    [Test]
    [Arguments(SqlFlavor.Sqlite)]
    [Arguments(SqlFlavor.Postgres)]
    [Arguments(SqlFlavor.MySql)]
    public async Task Semicolons_in_quotes_and_comments_end_nothing(SqlFlavor flavor)
    {
        var statements = SqlScript.Split(
            """
            -- first; comment
            INSERT INTO a VALUES ('x;y', 'it''s; fine') /* ; */;
            ;  ;
            /* two; */ CREATE TABLE "odd;name" (id INT -- trailing; one
            );
            SELECT 1
            """,
            flavor);

        await Assert.That(statements).IsEquivalentTo([
            "INSERT INTO a VALUES ('x;y', 'it''s; fine') /* ; */",
            "CREATE TABLE \"odd;name\" (id INT -- trailing; one\n)",
            "SELECT 1",
        ]);
    }

    [Test]
    public async Task Each_dialect_has_its_own_quotes()
    {
        await Assert.That(SqlScript.Split("DO $x$ a; $y$ b; $x$; SELECT $1; SELECT E'\\';' ; /* a /* b; */ ; */ SELECT 2", SqlFlavor.Postgres))
            .IsEquivalentTo(["DO $x$ a; $y$ b; $x$", "SELECT $1", "SELECT E'\\';'", "SELECT 2"]);
        await Assert.That(SqlScript.Split("SELECT '\\';' ; # note; here\nSELECT `a;b`", SqlFlavor.MySql))
            .IsEquivalentTo(["SELECT '\\';'", "SELECT `a;b`"]);
        await Assert.That(SqlScript.Split("SELECT 'C:\\'; SELECT 2", SqlFlavor.Sqlite))
            .IsEquivalentTo(["SELECT 'C:\\'", "SELECT 2"]);
    }

    [Test]
    [Arguments("SELECT 'open; SELECT 2")]
    [Arguments("SELECT 1 /* open")]
    public async Task What_is_never_closed_is_an_error(string script)
    {
        await Assert.That(() => SqlScript.Split(script, SqlFlavor.Sqlite)).Throws<FormatException>();
    }
}
