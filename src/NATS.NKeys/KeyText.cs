using System.Buffers.Binary;

namespace NATS.NKeys;

/// <summary>The text form of keys: prefix, key and a CRC-16 (XMODEM, little endian) in base 32 (RFC 4648, no padding).</summary>
internal static class KeyText
{
    /// <summary>Bytes of an Ed25519 seed or public key.</summary>
    public const int KeySize = 32;

    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int SeedMark = 18 << 3;
    private const int ChecksumSize = 2;

    /// <summary>Characters of a public key.</summary>
    private const int PublicLength = 56;

    /// <summary>Characters of a seed.</summary>
    private const int SeedLength = 58;

    public static string EncodePublic(PrefixByte prefix, ReadOnlySpan<byte> key)
    {
        Span<byte> raw = stackalloc byte[1 + KeySize + ChecksumSize];
        raw[0] = (byte)prefix;
        key.CopyTo(raw[1..]);
        return Encode(raw);
    }

    /// <summary>A seed has two prefixes in its first ten bits: that it is one, and of what.</summary>
    public static string EncodeSeed(PrefixByte prefix, ReadOnlySpan<byte> seed)
    {
        Span<byte> raw = stackalloc byte[2 + KeySize + ChecksumSize];
        raw[0] = (byte)(SeedMark | ((byte)prefix >> 5));
        raw[1] = (byte)((byte)prefix << 3);
        seed.CopyTo(raw[2..]);
        var text = Encode(raw);
        raw.Clear();
        return text;
    }

    /// <exception cref="NKeysException"/>
    public static PrefixByte DecodePublic(ReadOnlySpan<char> text, Span<byte> key)
    {
        Span<byte> raw = stackalloc byte[1 + KeySize + ChecksumSize];
        if (text.Length != PublicLength || !TryDecode(text, raw) || !Enum.IsDefined((PrefixByte)raw[0]))
        {
            throw new NKeysException("Not a valid public NKey");
        }

        raw.Slice(1, KeySize).CopyTo(key);
        return (PrefixByte)raw[0];
    }

    /// <exception cref="NKeysException"/>
    public static PrefixByte DecodeSeed(ReadOnlySpan<char> text, Span<byte> seed)
    {
        Span<byte> raw = stackalloc byte[2 + KeySize + ChecksumSize];
        var isSeed = text.Length == SeedLength && TryDecode(text, raw) && (raw[0] & 0xf8) == SeedMark;
        var prefix = (PrefixByte)(((raw[0] & 7) << 5) | ((raw[1] & 0xf8) >> 3));
        if (!isSeed || !Enum.IsDefined(prefix))
        {
            throw new NKeysException("Not a valid NKey seed");
        }

        raw.Slice(2, KeySize).CopyTo(seed);
        raw.Clear();
        return prefix;
    }

    private static string Encode(Span<byte> raw)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(raw[^ChecksumSize..], Checksum(raw[..^ChecksumSize]));
        Span<char> text = stackalloc char[((raw.Length * 8) + 4) / 5];
        int bits = 0, held = 0, at = 0;
        foreach (var value in raw)
        {
            held = ((held << 8) | value) & 0xfff;
            bits += 8;
            while (bits >= 5)
            {
                bits -= 5;
                text[at++] = Alphabet[(held >> bits) & 31];
            }
        }

        if (bits > 0)
        {
            text[at] = Alphabet[(held << (5 - bits)) & 31];
        }

        return new string(text);
    }

    private static bool TryDecode(ReadOnlySpan<char> text, Span<byte> raw)
    {
        int bits = 0, held = 0, at = 0;
        foreach (var letter in text)
        {
            var value = Alphabet.IndexOf(letter, StringComparison.Ordinal);
            if (value < 0)
            {
                return false;
            }

            held = ((held << 5) | value) & 0xfff;
            bits += 5;
            if (bits >= 8)
            {
                bits -= 8;
                raw[at++] = (byte)(held >> bits);
            }
        }

        // Bits that fill up the last letter say nothing, so they must be zero: one key has one text.
        return (held & ((1 << bits) - 1)) == 0
            && at == raw.Length
            && BinaryPrimitives.ReadUInt16LittleEndian(raw[^ChecksumSize..]) == Checksum(raw[..^ChecksumSize]);
    }

    private static ushort Checksum(ReadOnlySpan<byte> data)
    {
        var crc = 0;
        foreach (var value in data)
        {
            crc ^= value << 8;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
            }
        }

        return (ushort)crc;
    }
}
