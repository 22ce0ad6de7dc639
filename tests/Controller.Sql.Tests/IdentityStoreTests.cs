using Controller.Sql.Stores;

namespace Controller.Sql.Tests;

/// <summary>What the stores of operator identity promise on every engine.</summary>
[Arguments(SqlFlavor.Sqlite)]
[Arguments(SqlFlavor.Postgres)]
[Arguments(SqlFlavor.MySql)]
public sealed class IdentityStoreTests(SqlFlavor flavor)
{
    private static readonly DateTimeOffset Now = new(2026, 7, 10, 8, 0, 0, 482, TimeSpan.Zero);

    private static readonly UserRow Alice = new()
    {
        Id = "5f0c2a8e-3d1b-4c77-9b0e-6a4d2f1e8c30", Email = "alice@example.org", PasswordHash = "hash", MustChangePassword = true,
    };

    [Test]
    public async Task Accounts_are_found_by_name_and_id()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await Assert.That(await db.Database.ReadAsync(UserStore.AnyAsync)).IsFalse();
        var root = new UserRow { Id = Guid.NewGuid().ToString(), Email = "root", PasswordHash = "other", IsBootstrap = true };
        await db.Database.WriteAsync(async s =>
        {
            await UserStore.InsertAsync(s, Alice, Now);
            await UserStore.InsertAsync(s, root, Now);
        });

        await Assert.That(await db.Database.ReadAsync(UserStore.AnyAsync)).IsTrue();
        await Assert.That(await db.Database.ReadAsync(s => UserStore.FindByEmailAsync(s, Alice.Email))).IsEqualTo(Alice);
        await Assert.That(await db.Database.ReadAsync(s => UserStore.FindAsync(s, Alice.Id))).IsEqualTo(Alice);
        await Assert.That(await db.Database.WriteAsync(s => UserStore.LockAsync(s, root.Id))).IsEqualTo(root);
        await Assert.That(await db.Database.ReadAsync(s => UserStore.FindByEmailAsync(s, "ALICE@example.org"))).IsNull();
        await Assert.That(await db.Database.ReadAsync(UserStore.ListBootstrapAsync)).IsEquivalentTo([root]);
        var e = await Assert.ThrowsAsync<DatabaseException>(
            () => db.Database.WriteAsync(s => UserStore.InsertAsync(s, Alice with { Id = Guid.NewGuid().ToString() }, Now)));
        await Assert.That(e!.Fault).IsEqualTo(DatabaseFault.UniqueViolation);
    }

    [Test]
    public async Task Failures_and_lockout_are_kept_to_the_millisecond()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await db.Database.WriteAsync(s => UserStore.InsertAsync(s, Alice, Now));
        await db.Database.WriteAsync(s => UserStore.SetFailuresAsync(s, Alice.Id, 5, Now.AddMinutes(15), Now));
        var locked = await db.Database.ReadAsync(s => UserStore.FindAsync(s, Alice.Id));
        await Assert.That(locked).IsEqualTo(Alice with { FailedAttempts = 5, LockedUntil = Now.AddMinutes(15) });

        await db.Database.WriteAsync(s => UserStore.SetFailuresAsync(s, Alice.Id, 0, null, Now));
        await Assert.That(await db.Database.ReadAsync(s => UserStore.FindAsync(s, Alice.Id))).IsEqualTo(Alice);
    }

    [Test]
    public async Task Groups_are_those_of_the_user_by_name()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await db.Database.WriteAsync(async s =>
        {
            await UserStore.InsertAsync(s, Alice, Now);
            foreach (var group in new[] { "viewer", "admin", "no such group" })
            {
                await UserStore.JoinAsync(s, Alice.Id, group, Now);
            }

            await s.ExecuteAsync("UPDATE \"AuthGroups\" SET \"mfa_required\" = TRUE WHERE \"name\" = 'viewer'");
        });

        var groups = await db.Database.ReadAsync(s => UserStore.MembershipsAsync(s, Alice.Id));
        await Assert.That(string.Join(", ", groups)).IsEqualTo(string.Join(", ", new MembershipRow("admin", false), new MembershipRow("viewer", true)));
        await Assert.That(await db.Database.ReadAsync(s => UserStore.MembershipsAsync(s, "nobody"))).IsEmpty();
        await Assert.That(await db.Database.ReadAsync(s => UserStore.HasMfaAsync(s, Alice.Id))).IsFalse();
        await db.Database.WriteAsync(s => s.ExecuteAsync("INSERT INTO \"AuthMfa\" (\"user_id\", \"enabled\") VALUES (@id, TRUE)", new() { { "id", Alice.Id } }));
        await Assert.That(await db.Database.ReadAsync(s => UserStore.HasMfaAsync(s, Alice.Id))).IsTrue();
    }

    [Test]
    public async Task Deleting_an_account_takes_along_what_hangs_on_it()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await db.Database.WriteAsync(async s =>
        {
            await UserStore.InsertAsync(s, Alice, Now);
            await UserStore.JoinAsync(s, Alice.Id, "admin", Now);
            await RefreshTokenStore.InsertAsync(s, "h", Alice.Id, "f", Now, Now);
            await s.ExecuteAsync("INSERT INTO \"AuthMfa\" (\"user_id\", \"enabled\") VALUES (@id, TRUE)", new() { { "id", Alice.Id } });
            await s.ExecuteAsync(
                "INSERT INTO \"AuthPasswordResetSessions\" (\"id\", \"user_id\", \"expires_at\") VALUES ('r', @id, @now)",
                new() { { "id", Alice.Id }, { "now", Now } });
            await BootstrapStore.CompleteAsync(s, Alice.Id, Now);
        });
        await Assert.That(await db.Database.ReadAsync(BootstrapStore.AdministratorAsync)).IsEqualTo(Alice.Id);

        await db.Database.WriteAsync(s => UserStore.DeleteAsync(s, Alice.Id));
        await Assert.That(await db.Database.ReadAsync(BootstrapStore.AdministratorAsync)).IsNull();
        foreach (var table in new[] { "AuthUsers", "AuthUserGroups", "AuthRefreshTokens", "AuthMfa", "AuthPasswordResetSessions" })
        {
            await Assert.That(await db.Database.ReadAsync(s => s.QueryOneAsync($"SELECT COUNT(*) FROM \"{table}\"", r => r.Long()))).IsEqualTo(0).Because(table);
        }
    }

    [Test]
    public async Task Accounts_are_listed_with_their_groups_and_without_the_deleted()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        var bob = Alice with { Id = Guid.NewGuid().ToString(), Email = "bob@example.org", MustChangePassword = false, IsBootstrap = true };
        var gone = Alice with { Id = Guid.NewGuid().ToString(), Email = "gone@example.org" };
        await db.Database.WriteAsync(async s =>
        {
            foreach (var user in new[] { bob, gone, Alice })
            {
                await UserStore.InsertAsync(s, user, Now);
                await UserStore.SetGroupsAsync(s, user.Id, ["viewer", "admin", "no such group"], Now);
            }

            await UserStore.SetGroupsAsync(s, bob.Id, [], Now);
            await UserStore.SetEmailAsync(s, bob.Id, "bobby@example.org", Now.AddSeconds(1));
            await UserStore.MarkDeletedAsync(s, gone.Id, Now);
            await MfaStore.BeginAsync(s, bob.Id, "secret", Now);
            await MfaStore.EnableAsync(s, bob.Id, "[]", 1, Now);
            await MfaStore.BeginAsync(s, Alice.Id, "secret", Now);
        });

        var list = await db.Database.ReadAsync(AccountStore.ListAsync);
        await Assert.That(string.Join("; ", list.Select(Text))).IsEqualTo(string.Join("; ",
            Text(new AccountRow(Alice.Id, Alice.Email, true, false, false, Now, Now) { Groups = ["admin", "viewer"] }),
            Text(new AccountRow(bob.Id, "bobby@example.org", false, true, true, Now, Now.AddSeconds(1)))));
        await Assert.That(Text((await db.Database.ReadAsync(s => AccountStore.FindAsync(s, Alice.Id)))!)).IsEqualTo(Text(list[0]));
        await Assert.That(await db.Database.ReadAsync(s => AccountStore.FindAsync(s, gone.Id))).IsNull();
        await Assert.That((await db.Database.ReadAsync(s => UserStore.FindAsync(s, gone.Id)))!.DeletedAt).IsEqualTo(Now);

        static string Text(AccountRow row) => $"{row with { Groups = [] }} {string.Join(' ', row.Groups)}";
    }

    [Test]
    public async Task A_password_is_set_with_or_without_its_history()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await db.Database.WriteAsync(async s =>
        {
            await UserStore.InsertAsync(s, Alice, Now);
            await UserStore.SetFailuresAsync(s, Alice.Id, 5, Now.AddMinutes(15), Now);
            await UserStore.SetPasswordAsync(s, Alice.Id, "second", "[\"hash\"]", mustChange: false, Now);
        });
        await Assert.That(await db.Database.ReadAsync(s => UserStore.FindAsync(s, Alice.Id)))
            .IsEqualTo(Alice with { PasswordHash = "second", MustChangePassword = false });

        await db.Database.WriteAsync(s => UserStore.SetPasswordAsync(s, Alice.Id, "third", null, mustChange: true, Now));
        await Assert.That(await db.Database.ReadAsync(s => UserStore.FindAsync(s, Alice.Id))).IsEqualTo(Alice with { PasswordHash = "third" });
        await Assert.That(await db.Database.ReadAsync(s => UserStore.PasswordHistoryAsync(s, Alice.Id))).IsEqualTo("[\"hash\"]");
    }

    [Test]
    public async Task A_second_factor_is_begun_enabled_used_locked_and_removed()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        Task<MfaRow?> Get() => db.Database.ReadAsync(s => MfaStore.FindAsync(s, Alice.Id));
        await db.Database.WriteAsync(s => UserStore.InsertAsync(s, Alice, Now));
        await Assert.That(await Get()).IsNull();

        await db.Database.WriteAsync(s => MfaStore.BeginAsync(s, Alice.Id, "first", Now));
        await Assert.That(await Get()).IsEqualTo(new MfaRow { UserId = Alice.Id, Secret = "first" });
        await db.Database.WriteAsync(s => MfaStore.EnableAsync(s, Alice.Id, "[\"a\"]", 59_400_000, Now));
        var enabled = new MfaRow { UserId = Alice.Id, Secret = "first", IsEnabled = true, RecoveryHashes = "[\"a\"]", LastStep = 59_400_000 };
        await Assert.That(await Get()).IsEqualTo(enabled);

        await db.Database.WriteAsync(s => MfaStore.SetFailuresAsync(s, Alice.Id, 5, Now.AddMinutes(15), Now));
        await Assert.That(await Get()).IsEqualTo(enabled with { FailedCodes = 5, LockedUntil = Now.AddMinutes(15) });
        await db.Database.WriteAsync(s => MfaStore.AcceptAsync(s, Alice.Id, 59_400_001, "[]", Now));
        await Assert.That(await Get()).IsEqualTo(enabled with { LastStep = 59_400_001, RecoveryHashes = "[]" });

        await db.Database.WriteAsync(s => MfaStore.BeginAsync(s, Alice.Id, "second", Now));
        await Assert.That(await Get()).IsEqualTo(new MfaRow { UserId = Alice.Id, Secret = "second" });
        await db.Database.WriteAsync(s => MfaStore.DeleteAsync(s, Alice.Id));
        await Assert.That(await Get()).IsNull();
    }

    [Test]
    public async Task A_reset_token_is_taken_once_and_in_time()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        var bob = Alice with { Id = Guid.NewGuid().ToString(), Email = "bob@example.org" };
        await db.Database.WriteAsync(async s =>
        {
            await UserStore.InsertAsync(s, Alice, Now);
            await UserStore.InsertAsync(s, bob, Now);
            await PasswordResetStore.InsertAsync(s, "one", Alice.Id, Now.AddHours(1), Now);
            await PasswordResetStore.InsertAsync(s, "late", Alice.Id, Now, Now);
            await PasswordResetStore.InsertAsync(s, "bob's", bob.Id, Now.AddHours(1), Now);
        });
        Task<string?> Take(string token) => db.Database.WriteAsync(s => PasswordResetStore.TakeAsync(s, token, Now));

        var takers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Take("one")));
        await Assert.That(takers.Count(t => t == Alice.Id)).IsEqualTo(1);
        await Assert.That(takers.Count(t => t is null)).IsEqualTo(4);
        await Assert.That(await Take("late")).IsNull();
        await Assert.That(await Take("none")).IsNull();

        await db.Database.WriteAsync(async s =>
        {
            await PasswordResetStore.InsertAsync(s, "two", Alice.Id, Now.AddHours(1), Now);
            await PasswordResetStore.ClearAsync(s, Alice.Id, Now);
        });
        await Assert.That(await Take("two")).IsNull();
        await Assert.That(await Take("bob's")).IsEqualTo(bob.Id);
    }

    [Test]
    public async Task Groups_are_kept_by_name()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await db.Database.WriteAsync(async s =>
        {
            await GroupStore.InsertAsync(s, "crew", true, Now);
            await UserStore.InsertAsync(s, Alice, Now);
            await UserStore.SetGroupsAsync(s, Alice.Id, ["crew", "viewer"], Now);
        });
        var crew = await db.Database.ReadAsync(s => GroupStore.FindAsync(s, "crew"));
        await Assert.That(crew).IsEqualTo(new GroupRow(crew!.Id, "crew", false, true, Now, Now));
        await Assert.That(await db.Database.WriteAsync(s => GroupStore.LockAsync(s, "crew"))).IsEqualTo(crew);
        await Assert.That(string.Join(' ', (await db.Database.ReadAsync(GroupStore.ListAsync)).Select(g => g.Name))).IsEqualTo("admin crew developer sre viewer");
        await Assert.That(await db.Database.ReadAsync(s => GroupStore.ExistingAsync(s, ["zoo", "crew", "admin"]))).IsEquivalentTo(["admin", "crew"]);
        await Assert.That(await db.Database.ReadAsync(s => GroupStore.ExistingAsync(s, []))).IsEmpty();
        var taken = await Assert.ThrowsAsync<DatabaseException>(() => db.Database.WriteAsync(s => GroupStore.InsertAsync(s, "crew", false, Now)));
        await Assert.That(taken!.Fault).IsEqualTo(DatabaseFault.UniqueViolation);

        await db.Database.WriteAsync(s => GroupStore.UpdateAsync(s, crew.Id, "team", false, Now.AddSeconds(1)));
        await Assert.That(await db.Database.ReadAsync(s => GroupStore.FindAsync(s, "team")))
            .IsEqualTo(crew with { Name = "team", MfaRequired = false, UpdatedAt = Now.AddSeconds(1) });
        await db.Database.WriteAsync(s => GroupStore.DeleteAsync(s, crew.Id));
        await Assert.That(await db.Database.ReadAsync(s => GroupStore.FindAsync(s, "team"))).IsNull();
        await Assert.That(string.Join(' ', (await db.Database.ReadAsync(s => UserStore.MembershipsAsync(s, Alice.Id))).Select(m => m.Group))).IsEqualTo("viewer");
    }

    [Test]
    public async Task Refresh_tokens_are_withdrawn_one_by_one_or_all()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await db.Database.WriteAsync(async s =>
        {
            await UserStore.InsertAsync(s, Alice, Now);
            await RefreshTokenStore.InsertAsync(s, "a", Alice.Id, "family", Now.AddHours(1), Now);
            await RefreshTokenStore.InsertAsync(s, "b", Alice.Id, "family", Now.AddHours(1), Now);
            await RefreshTokenStore.InsertAsync(s, "old", Alice.Id, "family", Now, Now);
        });
        Task<RefreshTokenRow?> Get(string hash) => db.Database.WriteAsync(s => RefreshTokenStore.LockAsync(s, hash));

        var a = await Get("a");
        await Assert.That(a).IsEqualTo(new RefreshTokenRow(a!.Id, Alice.Id, "family", Now.AddHours(1), false));
        await db.Database.WriteAsync(s => RefreshTokenStore.RevokeAsync(s, a.Id, Now));
        await Assert.That((await Get("a"))!.IsRevoked).IsTrue();
        await Assert.That((await Get("b"))!.IsRevoked).IsFalse();
        await Assert.That(await Get("c")).IsNull();

        await db.Database.WriteAsync(s => RefreshTokenStore.PurgeAsync(s, Alice.Id, Now));
        await Assert.That(await Get("old")).IsNull();
        await db.Database.WriteAsync(s => RefreshTokenStore.RevokeAllAsync(s, Alice.Id, Now));
        await Assert.That((await Get("b"))!.IsRevoked).IsTrue();
    }

    [Test]
    public async Task A_refresh_token_is_taken_by_one_transaction_at_a_time()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await db.Database.WriteAsync(async s =>
        {
            await UserStore.InsertAsync(s, Alice, Now);
            await RefreshTokenStore.InsertAsync(s, "a", Alice.Id, "family", Now.AddHours(1), Now);
        });

        var takers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => db.Database.WriteAsync(async s =>
        {
            var row = await RefreshTokenStore.LockAsync(s, "a");
            if (row!.IsRevoked)
            {
                return false;
            }

            await RefreshTokenStore.RevokeAsync(s, row.Id, Now);
            return true;
        })));
        await Assert.That(takers.Count(taken => taken)).IsEqualTo(1);
    }

    [Test]
    public async Task Signing_keys_are_listed_while_they_count()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await db.Database.WriteAsync(async s =>
        {
            await SigningKeyStore.InsertAsync(s, "one", "first", Now);
            await SigningKeyStore.RetireAllAsync(s, Now.AddSeconds(1));
            await SigningKeyStore.InsertAsync(s, "two", "second", Now.AddSeconds(2));
        });
        async Task<string> List(DateTimeOffset after) => string.Join(
            ", ", (await db.Database.ReadAsync(s => SigningKeyStore.ListAsync(s, after))).Select(k => $"{k.Kid} {k.Material} {k.VaultReference} {k.IsActive}"));

        await Assert.That(await List(Now)).IsEqualTo("one first  False, two second  True");
        await Assert.That(await List(Now.AddSeconds(1))).IsEqualTo("two second  True");
        var retired = (await db.Database.ReadAsync(s => SigningKeyStore.ListAsync(s, Now)))[0];
        await Assert.That(retired.UpdatedAt).IsEqualTo(Now.AddSeconds(1));
    }

    [Test]
    public async Task The_set_up_lock_lets_one_at_a_time_in()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await Task.WhenAll(Enumerable.Range(0, 5).Select(i => db.Database.WriteAsync(async s =>
        {
            await BootstrapStore.LockAsync(s);
            if ((await SigningKeyStore.ListAsync(s, Now)).Count == 0)
            {
                await SigningKeyStore.InsertAsync(s, $"key {i}", "m", Now);
            }
        })));
        await Assert.That((await db.Database.ReadAsync(s => SigningKeyStore.ListAsync(s, Now))).Count).IsEqualTo(1);
    }

    [Test]
    public async Task System_groups_are_ensured_and_their_settings_left()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await db.Database.WriteAsync(async s =>
        {
            await s.ExecuteAsync("DELETE FROM \"AuthGroups\" WHERE \"name\" IN ('sre', 'developer')");
            await s.ExecuteAsync("UPDATE \"AuthGroups\" SET \"is_system\" = FALSE, \"mfa_required\" = TRUE WHERE \"name\" = 'viewer'");
            await BootstrapStore.EnsureSystemGroupsAsync(s, ["admin", "sre", "viewer"], Now);
        });
        var groups = await db.Database.ReadAsync(s => s.QueryAsync(
            "SELECT \"name\", \"is_system\", \"mfa_required\" FROM \"AuthGroups\" ORDER BY \"name\"", r => $"{r.Text()} {r.Bool()} {r.Bool()}"));
        await Assert.That(string.Join(", ", groups)).IsEqualTo("admin True False, sre True False, viewer True True");
    }

    [Test]
    public async Task The_policy_has_defaults_column_by_column()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        await Assert.That(await db.Database.ReadAsync(AuthPolicyStore.ReadAsync)).IsEqualTo(new AuthPolicy());
        await db.Database.WriteAsync(s => s.ExecuteAsync(
            "UPDATE \"AuthPolicy\" SET \"min_password_length\" = 20, \"require_digit\" = FALSE, \"max_failed_attempts\" = NULL, \"refresh_rotation\" = NULL"));
        await Assert.That(await db.Database.ReadAsync(AuthPolicyStore.ReadAsync))
            .IsEqualTo(new AuthPolicy { MinPasswordLength = 20, RequireDigit = false });
        await db.Database.WriteAsync(s => s.ExecuteAsync("DELETE FROM \"AuthPolicy\""));
        await Assert.That(await db.Database.ReadAsync(AuthPolicyStore.ReadAsync)).IsEqualTo(new AuthPolicy());
    }

    [Test]
    public async Task Signing_out_ends_the_user_s_browser_sessions_only()
    {
        await using var db = await MigratedDatabase.OpenAsync(flavor);
        var user = Guid.Parse(Alice.Id);
        await db.Database.WriteAsync(async s =>
        {
            foreach (var (model, account) in new[] { ("Session", user), ("Grant", user), ("Interaction", user), ("AccessToken", user), ("Session", Guid.Empty) })
            {
                await s.ExecuteAsync(
                    "INSERT INTO \"AuthOidcProviderStates\" (\"model\", \"record_id\", \"payload\") VALUES (@model, @id, @payload)",
                    new() { { "model", model }, { "id", Guid.NewGuid().ToString() }, { "payload", $$"""{"kind":"x","accountId":"{{account}}","exp":1}""" } });
            }

            await IssuerStateStore.EndSessionsAsync(s, user);
        });
        var left = await db.Database.ReadAsync(s => s.QueryAsync("SELECT \"model\" FROM \"AuthOidcProviderStates\" ORDER BY \"model\"", r => r.Text()));
        await Assert.That(string.Join(", ", left)).IsEqualTo("AccessToken, Session");
    }
}
