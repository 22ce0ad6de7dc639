using Controller.Identity.Browser;
using Controller.Sql.Stores;
using Controller.Tests.Identity.Issuer;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Controller.Tests.Identity.Browser;

/// <summary>Nothing of operator identity is kept for ever (auth-rbac 12).</summary>
public sealed class ExpiredIdentityTests
{
    [Test]
    public async Task What_has_expired_is_removed_and_the_rest_stays()
    {
        await using var issuer = await IssuerHost.StartAsync(new() { ["AUTH_SESSION_STORE_TYPE"] = "database" });
        await issuer.Browser.GetAsync("/api/v3/user/oauth/authorize");
        await issuer.Oidc.TokenAsync(await issuer.CodeAsync(("scope", "openid offline_access")));
        await issuer.Oidc.LoginAsync(await issuer.Oidc.BeginAsync(issuer.Browser, ("prompt", "login")), IssuerHost.Email, IssuerHost.Password);
        await issuer.Host.SignInAsync(IssuerHost.Email, IssuerHost.Password);
        await issuer.Host.Controller.Database.WriteAsync(s => PasswordResetStore.InsertAsync(
            s, "token", issuer.User.Id, issuer.Host.Clock.GetUtcNow().AddMinutes(30), issuer.Host.Clock.GetUtcNow()));
        var before = await CountAsync(issuer);
        await Assert.That(before.Values.Min()).IsGreaterThan(0);

        var job = issuer.Host.Controller.App.Services.GetServices<IHostedService>().OfType<ExpiredIdentityJob>().Single();
        await job.PurgeAsync(default);
        await Assert.That(await CountAsync(issuer)).IsEquivalentTo(before);
        issuer.Host.Clock.Advance(TimeSpan.FromHours(2));
        await job.PurgeAsync(default);
        await Assert.That((await CountAsync(issuer)).Values.Sum()).IsEqualTo(0);
    }

    private static async Task<Dictionary<string, long>> CountAsync(IssuerHost issuer)
    {
        var counts = new Dictionary<string, long>();
        foreach (var (name, _) in ExpiredStore.Tables)
        {
            counts[name] = await issuer.Host.Controller.Database.ReadAsync(s => s.QueryOneAsync($"SELECT COUNT(*) FROM \"{name}\"", r => r.Long()));
        }

        return counts;
    }
}
