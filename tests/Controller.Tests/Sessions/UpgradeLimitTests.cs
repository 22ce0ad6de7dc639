using System.Net;
using Controller.Ws;
using Controller.Ws.Limits;
using Controller.Ws.Sessions;
using Microsoft.Extensions.Time.Testing;

namespace Controller.Tests.Sessions;

/// <summary>Who may open another socket (websocket 3.1, decision 6).</summary>
public sealed class UpgradeLimitTests
{
    private static readonly IPAddress One = IPAddress.Parse("192.0.2.1"), Two = IPAddress.Parse("192.0.2.2");

    private readonly FakeTimeProvider _time = new();
    private readonly UpgradeLimits _limits;

    public UpgradeLimitTests() => _limits = new(
        new SessionSettings { MaxConnectionsPerAddress = 3, MaxUpgradesPerMinutePerAddress = 5, MaxSessionsPerReplica = 10 }, _time);

    [Test]
    public async Task An_address_has_so_many_sockets_at_a_time()
    {
        await LetInAsync(3);
        await Assert.That(Enter()).IsEqualTo(new UpgradeRefusal(UpgradeFault.TooManyConnections, null));
        await Assert.That(Enter(address: Two)).IsNull();
        await Assert.That(Enter(SessionSide.Agent)).IsNull();
        _limits.Leave(SessionSide.User, One);
        await Assert.That(Enter()).IsNull();
        await Assert.That(Enter()?.Fault).IsEqualTo(UpgradeFault.TooManyConnections);
    }

    [Test]
    public async Task An_address_opens_so_many_sockets_in_a_minute_that_begins_with_the_first()
    {
        await CycleAsync(1);
        _time.Advance(TimeSpan.FromSeconds(50));
        await CycleAsync(4);
        await Assert.That(Enter()).IsEqualTo(new UpgradeRefusal(UpgradeFault.RateExceeded, 10));
        await Assert.That(Enter(SessionSide.Agent)).IsNull();
        await Assert.That(Enter(address: Two)).IsNull();
        _time.Advance(TimeSpan.FromSeconds(9.5));
        await Assert.That(Enter()).IsEqualTo(new UpgradeRefusal(UpgradeFault.RateExceeded, 1));

        // Fixed, not sliding; and what was refused has counted nowhere.
        _time.Advance(TimeSpan.FromSeconds(0.6));
        await CycleAsync(5);
        await Assert.That(Enter()).IsEqualTo(new UpgradeRefusal(UpgradeFault.RateExceeded, 60));
    }

    [Test]
    public async Task Draining_comes_before_everything_and_a_full_replica_after_it()
    {
        await Assert.That(_limits.TryEnter(SessionSide.User, One, isDraining: true, 0)).IsEqualTo(new UpgradeRefusal(UpgradeFault.Draining, 1));
        await Assert.That(_limits.TryEnter(SessionSide.Agent, One, isDraining: true, 0)?.Fault).IsEqualTo(UpgradeFault.Draining);
        await Assert.That(_limits.TryEnter(SessionSide.User, One, false, 10)).IsEqualTo(new UpgradeRefusal(UpgradeFault.ReplicaFull, 1));
        await Assert.That(_limits.TryEnter(SessionSide.User, One, false, 9)).IsNull();

        // Agents only come to sessions that are counted already.
        await Assert.That(_limits.TryEnter(SessionSide.Agent, One, false, 10)).IsNull();
    }

    [Test]
    public async Task An_ipv6_network_is_one_address_and_ipv4_is_the_same_in_both_forms()
    {
        await LetInAsync(3);
        await Assert.That(Enter(address: One.MapToIPv6())).IsNotNull();
        foreach (var host in new[] { "2001:db8::1", "2001:db8::2", "2001:db8::ffff:1:2:3" })
        {
            await Assert.That(Enter(address: IPAddress.Parse(host))).IsNull();
        }

        await Assert.That(Enter(address: IPAddress.Parse("2001:db8::9"))).IsNotNull();
        await Assert.That(Enter(address: IPAddress.Parse("2001:db8:0:1::9"))).IsNull();
    }

    [Test]
    public async Task Addresses_without_a_socket_are_forgotten()
    {
        for (var i = 0; i < 1000; i++)
        {
            var address = new IPAddress([10, 0, (byte)(i >> 8), (byte)i]);
            await Assert.That(Enter(address: address)).IsNull();
            _limits.Leave(SessionSide.User, address);
        }

        await LetInAsync(1);
        await Assert.That(_limits.Known).IsEqualTo(1001);
        _time.Advance(TimeSpan.FromSeconds(61));
        await Assert.That(Enter(address: Two)).IsNull();
        await Assert.That(_limits.Known).IsEqualTo(2);
        _limits.Leave(SessionSide.User, One);
    }

    private UpgradeRefusal? Enter(SessionSide side = SessionSide.User, IPAddress? address = null) => _limits.TryEnter(side, address ?? One, false, 0);

    private async Task LetInAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await Assert.That(Enter()).IsNull();
        }
    }

    private async Task CycleAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await Assert.That(Enter()).IsNull();
            _limits.Leave(SessionSide.User, One);
        }
    }
}
