using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;

namespace Controller.Hosting;

/// <summary>Weak entity tags, so that a Console that polls every few seconds is told "unchanged" in a few bytes.</summary>
internal static class ETag
{
    /// <summary>The tag of a body: the same on every replica, after every restart, in however many pieces it lies.</summary>
    public static string Of(in ReadOnlySequence<byte> body)
    {
        var hash = new Hash((ulong)body.Length);
        foreach (var piece in body)
        {
            hash.Add(piece.Span);
        }

        return string.Create(CultureInfo.InvariantCulture, $"W/\"{body.Length:x}-{hash.Value:x16}\"");
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

    /// <summary>Folded multiplication, eight bytes at a time; guards against change, not against an attacker.</summary>
    private struct Hash(ulong length)
    {
        private const ulong Prime = 0x9E3779B97F4A7C15;

        private ulong _hash = length ^ 0xA0761D6478BD642F;
        private ulong _rest;
        private int _restBytes;

        public readonly ulong Value => Fold(Fold(_hash ^ _rest, Prime) ^ Prime, 0xE7037ED1A0B428DB);

        public void Add(ReadOnlySpan<byte> bytes)
        {
            while (_restBytes > 0 && !bytes.IsEmpty)
            {
                AddRest(bytes[0]);
                bytes = bytes[1..];
            }

            while (bytes.Length >= sizeof(ulong))
            {
                Mix(BinaryPrimitives.ReadUInt64LittleEndian(bytes));
                bytes = bytes[sizeof(ulong)..];
            }

            foreach (var last in bytes)
            {
                AddRest(last);
            }
        }

        /// <summary>Bytes that do not fill a word wait for those of the next piece.</summary>
        private void AddRest(byte value)
        {
            _rest |= (ulong)value << (8 * _restBytes);
            if (++_restBytes == sizeof(ulong))
            {
                Mix(_rest);
                (_rest, _restBytes) = (0, 0);
            }
        }

        private void Mix(ulong word) => _hash = Fold(_hash ^ word, Prime) + _hash;

        private static ulong Fold(ulong a, ulong b)
        {
            var high = Math.BigMul(a, b, out var low);
            return high ^ low;
        }
    }
}
