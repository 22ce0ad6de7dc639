using Controller.Configuration;

namespace Controller.Tests.Configuration;

public class ProductionCheckTests
{
    private static readonly (string, string) Production = ("SERVER_DEV_MODE", "false");

    [Test]
    [Arguments(null, "CONTROLLER_PUBLIC_URL is required in production mode")]
    [Arguments("", "CONTROLLER_PUBLIC_URL is required in production mode")]
    [Arguments("not a url", "CONTROLLER_PUBLIC_URL must be a valid URL")]
    [Arguments("http://api.example", "CONTROLLER_PUBLIC_URL must use https in production unless auth.insecureAllowHttp is true")]
    public async Task ThePublicUrlIsChecked(string? url, string message)
    {
        using var fixture = new SettingsFixture();
        var result = url is null ? fixture.Load(Production) : fixture.Load(Production, ("CONTROLLER_PUBLIC_URL", url));

        await Assert.That(result.Settings).IsNull();
        await Assert.That(result.Errors).IsEquivalentTo([message]);
    }

    [Test]
    public async Task AnHttpsUrlPassesWithoutItsSlash()
    {
        using var fixture = new SettingsFixture();
        var settings = fixture.Settings(Production, ("CONTROLLER_PUBLIC_URL", "https://api.example:444/base/"));

        await Assert.That(settings.Server.PublicUrl).IsEqualTo("https://api.example:444/base");
        await Assert.That(settings.Server.PublicUrlIsGiven).IsTrue();
        await Assert.That(settings.Auth.IssuerUrl).IsEqualTo("https://api.example:444/base/oidc");
    }

    [Test]
    public async Task HttpPassesWhenAllowed()
    {
        using var fixture = new SettingsFixture();
        var result = fixture.Load(Production, ("CONTROLLER_PUBLIC_URL", "http://api.example"), ("AUTH_INSECURE_ALLOW_HTTP", "true"));

        await Assert.That(result.Errors).IsEmpty();
    }

    [Test]
    public async Task DevelopmentModeAllowsHttpButNoNonsense()
    {
        using var fixture = new SettingsFixture();

        await Assert.That(fixture.Load(("CONTROLLER_PUBLIC_URL", "http://api.example")).Errors).IsEmpty();
        await Assert.That(fixture.Load(("CONTROLLER_PUBLIC_URL", "api.example")).Errors).IsEquivalentTo(["CONTROLLER_PUBLIC_URL must be a valid URL"]);
    }

    [Test]
    public async Task ExternalModeNeedsIssuerAndClientInProduction()
    {
        using var fixture = new SettingsFixture();
        (string, string)[] environment = [("AUTH_MODE", "external"), ("CONTROLLER_PUBLIC_URL", "https://api.example"), ("OIDC_ISSUER_URL", "https://idp.example"), ("OIDC_CLIENT_ID", "id")];

        var production = fixture.Load([Production, .. environment]);
        var development = fixture.Load(environment);
        var complete = fixture.Settings([Production, .. environment, ("OIDC_CLIENT_SECRET", "s")]);

        await Assert.That(production.Errors).IsEquivalentTo(["Auth configuration required in production mode"]);
        await Assert.That(development.Settings!.Auth.IsConfigured).IsFalse();
        await Assert.That(development.Warnings.Count).IsEqualTo(1);
        await Assert.That(complete.Auth.IsConfigured).IsTrue();
        await Assert.That(complete.Auth.IssuerUrl).IsEqualTo("https://idp.example");
    }

    [Test]
    public async Task AnExternalIssuerIsHttpsUnlessHttpIsAllowed()
    {
        using var fixture = new SettingsFixture();
        (string, string)[] environment = [("AUTH_MODE", "external"), ("OIDC_ISSUER_URL", "http://idp.example"), ("OIDC_CLIENT_ID", "id"), ("OIDC_CLIENT_SECRET", "s")];

        await Assert.That(fixture.Load(environment).Errors).IsEquivalentTo(["OIDC_ISSUER_URL must use https unless auth.insecureAllowHttp is true"]);
        await Assert.That(fixture.Load([.. environment, ("AUTH_INSECURE_ALLOW_HTTP", "true")]).Errors).IsEmpty();
    }

    [Test]
    public async Task AnUnusedIssuerIsAWarning()
    {
        using var fixture = new SettingsFixture();
        var result = fixture.Load(("OIDC_ISSUER_URL", "https://idp.example"));

        await Assert.That(result.Warnings).IsEquivalentTo(["OIDC_ISSUER_URL is set but AUTH_MODE is embedded: the embedded issuer is used"]);
        await Assert.That(result.Settings!.Auth.IssuerUrl).IsEqualTo("http://localhost:51121/oidc");
    }
}
