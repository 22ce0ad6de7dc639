using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Controller.Configuration;

/// <summary>
/// Whose forwarding headers are believed: either the last <see cref="Hops"/> senders whoever they are, or senders within
/// <see cref="Networks"/>. Neither = nobody's.
/// </summary>
internal sealed record TrustProxy(int Hops, IReadOnlyList<IPNetwork> Networks)
{
    public const string Expected =
        "true, false, or a comma-separated list of addresses, subnets and the words loopback, linklocal, uniquelocal";

    public static TrustProxy None { get; } = new(0, []);

    public static TrustProxy OneHop { get; } = new(1, []);

    public bool IsEnabled => Hops > 0 || Networks.Count > 0;

    public static bool TryParse(string text, out TrustProxy result)
    {
        result = None;
        switch (text.Trim())
        {
            case "" or "false" or "0":
                return true;
            case "true" or "1":
                result = OneHop;
                return true;
        }

        var networks = new List<IPNetwork>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!TryAdd(part, networks))
            {
                return false;
            }
        }

        result = new TrustProxy(0, networks);
        return true;
    }

    public bool Equals(TrustProxy? other) => other is not null && Hops == other.Hops && Networks.SequenceEqual(other.Networks);

    public override int GetHashCode() => HashCode.Combine(Hops, Networks.Count);

    private static bool TryAdd(string part, List<IPNetwork> networks)
    {
        switch (part)
        {
            case "loopback":
                networks.AddRange(IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128"));
                return true;
            case "linklocal":
                networks.AddRange(IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("fe80::/10"));
                return true;
            case "uniquelocal":
                networks.AddRange(IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("fc00::/7"));
                return true;
            default:
                return TryAddNetwork(part, networks);
        }
    }

    private static bool TryAddNetwork(string part, List<IPNetwork> networks)
    {
        var slash = part.IndexOf('/', StringComparison.Ordinal);
        if (!TryParseAddress(slash < 0 ? part : part[..slash], out var address))
        {
            return false;
        }

        var bytes = address.GetAddressBytes();
        var prefix = bytes.Length * 8;
        if (slash >= 0 && !TryParsePrefix(part[(slash + 1)..], address.AddressFamily, out prefix))
        {
            return false;
        }

        // Host bits are cleared, since people write 10.0.0.1/8 and mean the subnet.
        for (var bit = prefix; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        networks.Add(new IPNetwork(new IPAddress(bytes), prefix));
        return true;
    }

    // IPAddress reads "2" as 0.0.0.2 and "10.1" as 10.0.0.1; nobody means that here.
    private static bool TryParseAddress(string text, out IPAddress address)
    {
        address = IPAddress.None;
        if ((text.Contains(':', StringComparison.Ordinal) || text.Count(c => c == '.') == 3) && IPAddress.TryParse(text, out var parsed))
        {
            address = parsed;
            return true;
        }

        return false;
    }

    /// <summary>A number of bits, or for IPv4 a mask such as 255.255.0.0.</summary>
    private static bool TryParsePrefix(string text, AddressFamily family, out int prefix)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out prefix))
        {
            return prefix <= (family == AddressFamily.InterNetwork ? 32 : 128);
        }

        if (family != AddressFamily.InterNetwork || !TryParseAddress(text, out var mask) || mask.AddressFamily != family)
        {
            return false;
        }

        var bits = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(mask.GetAddressBytes());
        prefix = System.Numerics.BitOperations.LeadingZeroCount(~bits);
        return bits << prefix == 0 || prefix == 32;
    }
}
