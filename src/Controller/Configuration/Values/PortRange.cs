using System.Globalization;

namespace Controller.Configuration;

/// <summary>Ports from <see cref="Low"/> to <see cref="High"/>, both included.</summary>
internal readonly record struct PortRange(int Low, int High)
{
    public const string Expected = "two ports from 1 to 65535, the lower one first, as in 10024-65535";

    public static bool TryParse(string text, out PortRange range)
    {
        range = default;
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        if (dash < 0 || !TryParsePort(text.AsSpan(0, dash), out var low) || !TryParsePort(text.AsSpan(dash + 1), out var high) || low > high)
        {
            return false;
        }

        range = new PortRange(low, high);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Low}-{High}");

    private static bool TryParsePort(ReadOnlySpan<char> text, out int port) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= 65535;
}
