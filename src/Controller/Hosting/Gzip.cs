using System.Buffers;
using System.IO.Compression;
using Microsoft.Net.Http.Headers;

namespace Controller.Hosting;

/// <summary>
/// Content coding of large answers: every browser and Go client asks for it, and lists shrink to a twentieth. There is
/// nothing in them that an outsider could guess at from their length: secrets are not shown.
/// </summary>
internal static class Gzip
{
    public const string Name = "gzip";

    private const int SmallestWorthIt = 16 * 1024;
    private const int BlockSize = 64 * 1024;

    /// <summary>Whether the client can read it (RFC 9110 12.5.3); one that says nothing gets plain text.</summary>
    public static bool IsAccepted(HttpRequest request)
    {
        if (!StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out var codings))
        {
            return false;
        }

        var coding = codings.FirstOrDefault(c => c.Value.Equals(Name, StringComparison.OrdinalIgnoreCase)) ?? codings.FirstOrDefault(c => c.Value == "*");
        return coding is not null && coding.Quality is not 0;
    }

    /// <summary>Whether there is enough to send that less is worth the work.</summary>
    public static bool IsWorthIt(in ReadOnlySequence<byte> bytes) => bytes.Length >= SmallestWorthIt;

    /// <summary>The bytes compressed as fast as it goes.</summary>
    public static PooledBytes Compress(ReadOnlySequence<byte> bytes)
    {
        var output = new PooledBytes();
        var block = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            using var gzip = new GZipStream(new Output(output), CompressionLevel.Fastest);
            while (!bytes.IsEmpty)
            {
                // Each call costs as much as a piece of a few hundred bytes.
                var some = bytes.Slice(0, Math.Min(bytes.Length, BlockSize));
                bytes = bytes.Slice(some.End);
                some.CopyTo(block);
                gzip.Write(block, 0, (int)some.Length);
            }
        }
        catch
        {
            output.Dispose();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }

        return output;
    }

    /// <summary>The buffer as a stream, as far as compression needs one.</summary>
    private sealed class Output(PooledBytes bytes) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer) => bytes.Write(buffer);

        public override void Write(byte[] buffer, int offset, int count) => bytes.Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
