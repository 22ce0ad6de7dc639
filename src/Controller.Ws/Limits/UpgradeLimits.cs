using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Controller.Ws.Sessions;

namespace Controller.Ws.Limits;

/// <summary>
/// Who may open another socket (websocket 3.1, decision 6): asked before the upgrade, told when the socket is closed.
/// Users and agents have budgets of their own, so that neither can use up the other's; each address has its own. An
/// IPv6 network of 64 bits counts as one address: it is what one customer of a provider has.
/// </summary>
/// <param name="settings">The limits.</param>
/// <param name="time">Clock of the windows.</param>
public sealed class UpgradeLimits(SessionSettings settings, TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<(SessionSide Side, UInt128 Address), Client> _clients = [];
    private long _sweptAt = time.GetTimestamp();

    /// <summary>Addresses that are remembered.</summary>
    internal int Known
    {
        get
        {
            lock (_lock)
            {
                return _clients.Count;
            }
        }
    }

    /// <summary>Counts an upgrade, unless it is refused: a refused one counts nowhere.</summary>
    /// <param name="side">Whose socket it will be.</param>
    /// <param name="address">The client's address; null is one as well.</param>
    /// <param name="isDraining">The replica is stopping.</param>
    /// <param name="sessions">Sessions on this replica, which only users add to.</param>
    /// <returns>Null when the socket may be opened; <see cref="Leave"/> is then to be called when it is closed.</returns>
    public UpgradeRefusal? TryEnter(SessionSide side, IPAddress? address, bool isDraining, int sessions)
    {
        if (isDraining)
        {
            return new(UpgradeFault.Draining, 1);
        }

        var key = (side, KeyOf(address));
        lock (_lock)
        {
            var now = time.GetTimestamp();
            SweepWhenDue(now);
            var client = _clients.GetValueOrDefault(key);
            if (client is not null && time.GetElapsedTime(client.StartedAt, now) > Window)
            {
                (client.StartedAt, client.Upgrades) = (now, 0);
            }

            if (client?.Active >= settings.MaxConnectionsPerAddress)
            {
                return new(UpgradeFault.TooManyConnections, null);
            }

            if (client?.Upgrades >= settings.MaxUpgradesPerMinutePerAddress)
            {
                var left = Window - time.GetElapsedTime(client.StartedAt, now);
                return new(UpgradeFault.RateExceeded, Math.Max(1, (int)Math.Ceiling(left.TotalSeconds)));
            }

            if (side == SessionSide.User && sessions >= settings.MaxSessionsPerReplica)
            {
                return new(UpgradeFault.ReplicaFull, 1);
            }

            if (client is null)
            {
                _clients[key] = client = new() { StartedAt = now };
            }

            client.Active++;
            client.Upgrades++;
            return null;
        }
    }

    /// <summary>A socket that was let in is closed.</summary>
    public void Leave(SessionSide side, IPAddress? address)
    {
        lock (_lock)
        {
            _clients[(side, KeyOf(address))].Active--;
        }
    }

    private static UInt128 KeyOf(IPAddress? address)
    {
        if (address is null)
        {
            return default;
        }

        var key = BinaryPrimitives.ReadUInt128BigEndian(address.MapToIPv6().GetAddressBytes());
        return address.AddressFamily == AddressFamily.InterNetwork || address.IsIPv4MappedToIPv6 ? key : key >> 64 << 64;
    }

    /// <summary>Once per window, so that what is remembered is what one window brought and what is open.</summary>
    private void SweepWhenDue(long now)
    {
        if (time.GetElapsedTime(_sweptAt, now) <= Window)
        {
            return;
        }

        _sweptAt = now;
        foreach (var (key, client) in _clients)
        {
            if (client.Active == 0 && time.GetElapsedTime(client.StartedAt, now) > Window)
            {
                _clients.Remove(key);
            }
        }
    }

    private sealed class Client
    {
        public int Active;
        public int Upgrades;
        public long StartedAt;
    }
}

/// <summary>Why a socket is not opened.</summary>
public enum UpgradeFault
{
    /// <summary>The replica is stopping.</summary>
    Draining,

    /// <summary>The address has as many sockets as it may.</summary>
    TooManyConnections,

    /// <summary>The address opened as many sockets in this minute as it may.</summary>
    RateExceeded,

    /// <summary>The replica has as many sessions as it may.</summary>
    ReplicaFull,
}

/// <summary>A refused upgrade.</summary>
/// <param name="Fault">Why.</param>
/// <param name="RetryAfterSeconds">When to try again; null when nobody knows.</param>
public readonly record struct UpgradeRefusal(UpgradeFault Fault, int? RetryAfterSeconds);
