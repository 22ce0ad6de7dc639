using System.Buffers;
using System.Buffers.Text;

namespace Controller.Load;

/// <summary>As much of an HTTP/1.1 answer as framing needs.</summary>
internal static class RawAnswer
{
    /// <summary>Status of a complete answer, 0 for none that can be read, -1 for more to come.</summary>
    /// <param name="answer">What has arrived.</param>
    /// <param name="closing">The server is about to close the connection.</param>
    /// <param name="rest">Bytes that are missing when the length is known.</param>
    /// <param name="status">The status as soon as it is known.</param>
    public static int Parse(ReadOnlySpan<byte> answer, out bool closing, out int rest, out int status)
    {
        closing = false;
        rest = 0;
        status = 0;
        var headerEnd = answer.IndexOf("\r\n\r\n"u8);
        if (headerEnd < 0)
        {
            return -1;
        }

        if (!answer.StartsWith("HTTP/1.1 "u8) || !Utf8Parser.TryParse(answer[9..12], out status, out _))
        {
            return 0;
        }

        var headers = answer[..(headerEnd + 2)];
        var body = answer[(headerEnd + 4)..];
        closing = Header(headers, "connection:"u8).IndexOf("close"u8) >= 0;
        if (status is 204 or 304)
        {
            return status;
        }

        var length = Header(headers, "content-length:"u8);
        if (!length.IsEmpty)
        {
            if (!Utf8Parser.TryParse(length, out int bytes, out _))
            {
                return 0;
            }

            rest = Math.Max(0, bytes - body.Length);
            return rest == 0 ? status : -1;
        }

        // Chunked: complete once the chunks lead to the empty one.
        while (TryNextChunk(ref body, out var chunk))
        {
            if (chunk.IsEmpty)
            {
                return status;
            }
        }

        return body.IndexOf("\r\n"u8) >= 0 && !Utf8Parser.TryParse(body, out int _, out _, 'x') ? 0 : -1;
    }

    /// <summary>The body of a complete answer.</summary>
    public static byte[] Body(ReadOnlySpan<byte> answer)
    {
        var headerEnd = answer.IndexOf("\r\n\r\n"u8);
        var body = answer[(headerEnd + 4)..];
        if (body.IsEmpty || !Header(answer[..(headerEnd + 2)], "content-length:"u8).IsEmpty)
        {
            return body.ToArray();
        }

        var whole = new ArrayBufferWriter<byte>(body.Length);
        while (TryNextChunk(ref body, out var chunk) && !chunk.IsEmpty)
        {
            whole.Write(chunk);
        }

        return whole.WrittenSpan.ToArray();
    }

    /// <summary>Takes a chunk off the body; the last one is empty. False when it is not complete or none.</summary>
    private static bool TryNextChunk(ref ReadOnlySpan<byte> body, out ReadOnlySpan<byte> chunk)
    {
        chunk = default;
        var line = body.IndexOf("\r\n"u8);
        if (line < 0 || !Utf8Parser.TryParse(body[..line], out int size, out _, 'x') || size < 0 || body.Length - line - 4 < size)
        {
            return false;
        }

        chunk = body.Slice(line + 2, size);
        body = body[(line + 2 + size + 2)..];
        return true;
    }

    private static ReadOnlySpan<byte> Header(ReadOnlySpan<byte> headers, ReadOnlySpan<byte> name)
    {
        while (true)
        {
            var line = headers.IndexOf("\r\n"u8);
            if (line < 0)
            {
                return default;
            }

            headers = headers[(line + 2)..];
            if (headers.Length > name.Length && System.Text.Ascii.EqualsIgnoreCase(headers[..name.Length], name))
            {
                var value = headers[name.Length..];
                return System.MemoryExtensions.Trim(value[..value.IndexOf("\r\n"u8)], (byte)' ');
            }
        }
    }
}
