namespace Controller.Tests.Identity.Issuer;

/// <summary>The browser's session at the issuer: when it is enough, and what ends it.</summary>
public sealed class SingleSignOnTests
{
    private static readonly (string, string?) Silent = ("prompt", "none");

    [Test]
    public async Task A_browser_that_is_signed_in_need_not_sign_in_again()
    {
        await using var issuer = await IssuerHost.StartAsync();
        await issuer.SignInAsync();
        foreach (var changes in new (string, string?)[][] { [], [Silent], [("max_age", "300")], [("prompt", "consent")] })
        {
            var answer = await issuer.Browser.GetAsync(issuer.Oidc.AuthUrl(changes));
            await Assert.That((await issuer.Oidc.TokenAsync(answer.Parameter("code"))).Status).IsEqualTo(200);
        }
    }

    [Test]
    public async Task A_client_can_ask_for_a_fresh_sign_in()
    {
        await using var issuer = await IssuerHost.StartAsync();
        await issuer.SignInAsync();
        issuer.Host.Clock.Advance(TimeSpan.FromMinutes(2));
        foreach (var changes in new (string, string?)[][] { [("prompt", "login")], [("prompt", "select_account")], [("max_age", "60")], [("max_age", "0")] })
        {
            await issuer.Oidc.BeginAsync(issuer.Browser, changes);
        }

        var silent = await issuer.Browser.GetAsync(issuer.Oidc.AuthUrl(Silent, ("max_age", "60")));
        await Assert.That(silent.Parameter("error")).IsEqualTo("login_required");
    }

    [Test]
    public async Task A_new_sign_in_takes_a_new_session_and_ends_the_old()
    {
        await using var issuer = await IssuerHost.StartAsync();
        await issuer.SignInAsync();
        var first = issuer.Browser.Cookies[("_session", "/oidc")];
        await issuer.SignInAsync(("prompt", "login"));
        await Assert.That(issuer.Browser.Cookies[("_session", "/oidc")]).IsNotEqualTo(first);
        issuer.Browser.Cookies[("_session", "/oidc")] = first;
        await Assert.That((await issuer.Browser.GetAsync(issuer.Oidc.AuthUrl(Silent))).Parameter("error")).IsEqualTo("login_required");
    }

    [Test]
    public async Task A_session_ends_with_its_time_the_password_the_account_and_signing_out()
    {
        (string What, Func<IssuerHost, Task> End)[] ends =
        [
            ("time", i => { i.Host.Clock.Advance(TimeSpan.FromHours(1)); return Task.CompletedTask; }),
            ("password", i => i.Host.SqlAsync("UPDATE \"AuthUsers\" SET \"password_hash\" = 'other' WHERE \"email\" = 'alice@example.org'")),
            ("account", i => i.Host.SqlAsync("UPDATE \"AuthUsers\" SET \"deleted_at\" = '2026-01-01 00:00:00.000 +00:00' WHERE \"email\" = 'alice@example.org'")),
            ("logout", async i =>
            {
                var pair = await i.Host.SignInAsync(IssuerHost.Email, IssuerHost.Password);
                await i.Host.SendAsync("POST", "/api/v3/user/logout", authorization: $"Bearer {pair.AccessToken}");
            }),
        ];
        foreach (var (what, end) in ends)
        {
            await using var issuer = await IssuerHost.StartAsync();
            await issuer.SignInAsync();
            await end(issuer);
            var answer = await issuer.Browser.GetAsync(issuer.Oidc.AuthUrl(Silent));
            await Assert.That(answer.Parameter("error")).IsEqualTo("login_required").Because(what);
        }
    }

    [Test]
    public async Task A_tampered_session_cookie_is_no_session()
    {
        await using var issuer = await IssuerHost.StartAsync();
        await issuer.SignInAsync();
        var right = issuer.Browser.Cookies[("_session", "/oidc")];
        foreach (var forged in new[] { right[..right.IndexOf('.')], right + "A", "x" + right, "x.y", "." })
        {
            issuer.Browser.Cookies[("_session", "/oidc")] = forged;
            await Assert.That((await issuer.Browser.GetAsync(issuer.Oidc.AuthUrl(Silent))).Parameter("error")).IsEqualTo("login_required").Because(forged);
        }
    }

    [Test]
    public async Task A_hint_names_the_user_that_is_expected()
    {
        await using var issuer = await IssuerHost.StartAsync();
        await issuer.Host.AddUserAsync("bob@example.org", IssuerHost.Password);
        var alice = (string)(await issuer.Oidc.TokenAsync(await issuer.CodeAsync())).Json["id_token"]!;
        await Assert.That((await issuer.Browser.GetAsync(issuer.Oidc.AuthUrl(Silent, ("id_token_hint", alice)))).Parameter("code")).IsNotNull();

        await issuer.Oidc.SignInAsync(issuer.Browser, "bob@example.org", IssuerHost.Password, ("prompt", "login"));
        await Assert.That((await issuer.Browser.GetAsync(issuer.Oidc.AuthUrl(Silent, ("id_token_hint", alice)))).Parameter("error")).IsEqualTo("login_required");
        var wrong = await issuer.Oidc.SignInAsync(issuer.Browser, "bob@example.org", IssuerHost.Password, ("id_token_hint", alice));
        await Assert.That(wrong.Parameter("error")).IsEqualTo("login_required").Because("somebody else signed in");
        issuer.Host.Clock.Advance(TimeSpan.FromMinutes(16));
        await Assert.That(await issuer.Oidc.BeginAsync(issuer.Browser, ("id_token_hint", alice))).IsNotEmpty().Because("an expired hint still names");
    }

    [Test]
    public async Task Cookie_keys_can_be_replaced_one_after_the_other()
    {
        var directory = Directory.CreateTempSubdirectory("controller-test-").FullName;
        try
        {
            Dictionary<string, string> Keys(string keys) => new(IdentityHost.Configured) { ["OIDC_COOKIE_KEYS"] = keys };
            Dictionary<(string Name, string Path), string> cookies;
            var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1782000000));
            await using (var first = await IdentityHost.StartAsync(Keys("old"), directory, clock))
            {
                using var browser = new TestBrowser(first);
                await new OidcSteps(first).SignInAsync(browser, IdentityHost.AdminName, IdentityHost.AdminPassword);
                cookies = browser.Cookies;
            }

            foreach (var (keys, error) in new[] { ("new,old", null), ("new", "login_required") })
            {
                await using var next = await IdentityHost.StartAsync(Keys(keys), directory, clock);
                using var browser = new TestBrowser(next);
                browser.Cookies[("_session", "/oidc")] = cookies[("_session", "/oidc")];
                await Assert.That((await browser.GetAsync(new OidcSteps(next).AuthUrl(Silent))).Parameter("error")).IsEqualTo(error).Because(keys);
            }
        }
        finally
        {
            Directory.Delete(directory, true);
        }
    }
}
