using System.Buffers.Binary;
using System.Globalization;

namespace Controller.Hosting;

/// <summary>Weak entity tags, so that a Console that polls every few seconds is told "unchanged" in a few bytes.</summary>
internal static class ETag
{
    /// <summary>The tag of a body: the same on every replica, after every restart.</summary>
    public static string Of(ReadOnlySpan<byte> body) =>
        string.Create(CultureInfo.InvariantCulture, $"W/\"{body.Length:x}-{Hash(body):x16}\"");

    /// <summary>Whether the caller holds the body with this tag already.</summary>
    public static bool IsHeld(HttpRequest request, string tag)
    {
        var held = request.Headers.IfNoneMatch;
        if (held.Count == 0 || request.Headers.CacheControl.ToString().Contains("no-cache", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        foreach (var list in held)
        {
            foreach (var candidate in (list ?? "").Split(',', StringSplitOptions.TrimEntries))
            {
                if (candidate == "*" || Opaque(candidate) == Opaque(tag))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static string Opaque(string tag) => tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag;

    /// <summary>Folded multiplication, eight bytes at a time; guards against change, not against an attacker.</summary>
    private static ulong Hash(ReadOnlySpan<byte> bytes)
    {
        const ulong prime = 0x9E3779B97F4A7C15;
        var hash = (ulong)bytes.Length ^ 0xA0761D6478BD642F;
        while (bytes.Length >= 8)
        {
            hash = Fold(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes), prime) + hash;
            bytes = bytes[8..];
        }

        Span<byte> rest = stackalloc byte[8];
        rest.Clear();
        bytes.CopyTo(rest);
        hash = Fold(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(rest), prime);
        return Fold(hash ^ prime, 0xE7037ED1A0B428DB);
    }

    private static ulong Fold(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return high ^ low;
    }
}
