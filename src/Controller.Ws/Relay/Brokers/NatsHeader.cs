using System.Buffers;

namespace Controller.Ws.Relay.Brokers;

/// <summary>Finds the envelope among the headers of a NATS message.</summary>
internal static class NatsHeader
{
    /// <summary>Headers of ours are far shorter.</summary>
    private const int Longest = 1024;

    private static ReadOnlySpan<byte> LineEnd => "\r\n"u8;

    private static ReadOnlySpan<byte> Name => "link:"u8;

    public static bool TryRead(in ReadOnlySequence<byte> headers, out Envelope envelope)
    {
        envelope = default;
        if (headers.Length > Longest)
        {
            return false;
        }

        Span<byte> copy = stackalloc byte[headers.IsSingleSegment ? 0 : (int)headers.Length];
        headers.Slice(0, copy.Length).CopyTo(copy);
        var rest = headers.IsSingleSegment ? headers.FirstSpan : copy;
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf(LineEnd);
            var line = end < 0 ? rest : rest[..end];
            if (line.StartsWith(Name))
            {
                return Envelope.TryRead(line[Name.Length..].Trim((byte)' '), out envelope);
            }

            rest = end < 0 ? default : rest[(end + LineEnd.Length)..];
        }

        return false;
    }
}
