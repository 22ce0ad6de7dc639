using System.Net;
using Controller.Configuration;

namespace Controller.Tests.Configuration;

public class TrustProxyTests
{
    [Test]
    [Arguments("true", 1)]
    [Arguments("1", 1)]
    [Arguments("false", 0)]
    [Arguments("0", 0)]
    [Arguments("", 0)]
    public async Task WordsAreHops(string text, int hops)
    {
        using var fixture = new SettingsFixture();
        var trust = fixture.Settings(("TRUST_PROXY", text)).Server.TrustProxy;

        await Assert.That(trust.Hops).IsEqualTo(hops);
        await Assert.That(trust.Networks).IsEmpty();
        await Assert.That(trust.IsEnabled).IsEqualTo(hops > 0);
    }

    [Test]
    [Arguments("loopback", "127.9.9.9", true)]
    [Arguments("loopback", "::1", true)]
    [Arguments("loopback", "10.0.0.1", false)]
    [Arguments("linklocal", "169.254.1.1", true)]
    [Arguments("linklocal", "fe80::5", true)]
    [Arguments("uniquelocal", "172.31.255.255", true)]
    [Arguments("uniquelocal", "172.32.0.1", false)]
    [Arguments("uniquelocal", "192.168.3.4", true)]
    [Arguments("uniquelocal", "fd00::1", true)]
    [Arguments("loopback, 192.0.2.7", "192.0.2.7", true)]
    [Arguments("loopback, 192.0.2.7", "192.0.2.8", false)]
    [Arguments("192.0.2.77/24", "192.0.2.200", true)]
    [Arguments("192.0.2.0/255.255.255.128", "192.0.2.127", true)]
    [Arguments("192.0.2.0/255.255.255.128", "192.0.2.128", false)]
    [Arguments("2001:db8::/33", "2001:db8:7fff::1", true)]
    [Arguments("2001:db8::/33", "2001:db8:8000::1", false)]
    [Arguments("0.0.0.0/0", "203.0.113.9", true)]
    public async Task ListsAreNetworks(string text, string address, bool isTrusted)
    {
        await Assert.That(TrustProxy.TryParse(text, out var trust)).IsTrue();
        await Assert.That(trust.Hops).IsEqualTo(0);
        await Assert.That(trust.Networks.Any(network => network.Contains(IPAddress.Parse(address)))).IsEqualTo(isTrusted);
    }

    [Test]
    [Arguments("2")]
    [Arguments("yes")]
    [Arguments("10.1")]
    [Arguments("10.0.0.0/33")]
    [Arguments("10.0.0.0/255.0.255.0")]
    [Arguments("loopback,,linklocal")]
    [Arguments("proxy.example")]
    public async Task OtherTextsAreRefused(string text)
    {
        await Assert.That(TrustProxy.TryParse(text, out _)).IsFalse();
    }
}
