using System.Buffers;

namespace Controller.Hosting;

/// <summary>
/// Bytes in rented pieces that double up to a bound: a small answer fits into one, a large one is never copied to grow.
/// </summary>
internal sealed class PooledBytes : IBufferWriter<byte>, IDisposable
{
    private const int FirstPiece = 1024;

    /// <summary>A body of many megabytes in few pieces: each is one wait for the network, and the pool keeps only so many.</summary>
    private const int LargestPiece = 1024 * 1024;

    private readonly List<Piece> _full = [];
    private byte[] _last = ArrayPool<byte>.Shared.Rent(FirstPiece);
    private int _length;

    /// <summary>Everything written; valid until the next write.</summary>
    public ReadOnlySequence<byte> Written
    {
        get
        {
            if (_full.Count == 0)
            {
                return new(_last, 0, _length);
            }

            var end = new Piece(_last, _length, _full[^1]);
            return new(_full[0], 0, end, end.Memory.Length);
        }
    }

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _last.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _last.AsSpan(_length);
    }

    public void Dispose()
    {
        foreach (var piece in _full)
        {
            ArrayPool<byte>.Shared.Return(piece.Bytes);
        }

        _full.Clear();
        ArrayPool<byte>.Shared.Return(_last);
    }

    private void Reserve(int sizeHint)
    {
        if (_last.Length - _length >= Math.Max(sizeHint, 1))
        {
            return;
        }

        _full.Add(new Piece(_last, _length, _full.Count == 0 ? null : _full[^1]));
        _last = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Min(_last.Length * 2, LargestPiece), sizeHint));
        _length = 0;
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(byte[] bytes, int length, Piece? before)
        {
            Bytes = bytes;
            Memory = bytes.AsMemory(0, length);
            if (before is not null)
            {
                RunningIndex = before.RunningIndex + before.Memory.Length;
                before.Next = this;
            }
        }

        public byte[] Bytes { get; }
    }
}
