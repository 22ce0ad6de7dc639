namespace Controller.Identity;

/// <summary>Base32 of RFC 4648 without padding, as authenticator apps take secrets.</summary>
internal static class Base32
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new char[(bytes.Length * 8 + 4) / 5];
        int buffer = 0, bits = 0, length = 0;
        foreach (var b in bytes)
        {
            buffer = (buffer << 8 | b) & 0xFFFF;
            for (bits += 8; bits >= 5; bits -= 5)
            {
                text[length++] = Alphabet[buffer >> (bits - 5) & 31];
            }
        }

        if (bits > 0)
        {
            text[length] = Alphabet[buffer << (5 - bits) & 31];
        }

        return new string(text);
    }

    /// <exception cref="FormatException">A character is not of the alphabet.</exception>
    public static byte[] Decode(string text)
    {
        var digits = text.AsSpan().TrimEnd('=');
        var bytes = new byte[digits.Length * 5 / 8];
        int buffer = 0, bits = 0, length = 0;
        foreach (var c in digits)
        {
            var value = Alphabet.IndexOf(char.ToUpperInvariant(c), StringComparison.Ordinal);
            if (value < 0)
            {
                throw new FormatException("No base32");
            }

            buffer = (buffer << 5 | value) & 0xFFFF;
            bits += 5;
            if (bits >= 8)
            {
                bits -= 8;
                bytes[length++] = (byte)(buffer >> bits);
            }
        }

        return bytes;
    }
}
