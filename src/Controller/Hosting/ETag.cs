using System.Buffers;
using System.Globalization;
using System.IO.Hashing;

namespace Controller.Hosting;

/// <summary>Weak entity tags, so that a Console that polls every few seconds is told "unchanged" in a few bytes.</summary>
internal static class ETag
{
    /// <summary>The tag of a body: the same on every replica, after every restart, in however many pieces it lies.</summary>
    public static string Of(in ReadOnlySequence<byte> body)
    {
        var hash = new XxHash3(); // guards against change, not against an attacker
        foreach (var piece in body)
        {
            hash.Append(piece.Span);
        }

        return string.Create(CultureInfo.InvariantCulture, $"W/\"{body.Length:x}-{hash.GetCurrentHashAsUInt64():x16}\"");
    }

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
}
