using System.Buffers;

namespace Controller.Hosting;

/// <summary>
/// Bytes in pieces: rented ones that double up to a bound, so that a small answer fits into one and a large one is never
/// copied to grow, and between them others' that are not copied at all (<see cref="Link"/>).
/// </summary>
internal sealed class PooledBytes : IBufferWriter<byte>, IDisposable
{
    private const int FirstPiece = 1024;

    /// <summary>The pool keeps only so many.</summary>
    private const int LargestPiece = 1024 * 1024;

    private readonly List<byte[]> _rented = [];
    private byte[] _last = ArrayPool<byte>.Shared.Rent(FirstPiece);
    private Piece? _first;
    private Piece? _end;

    /// <summary>What is written lies in <see cref="_last"/> from here, and is not yet a piece.</summary>
    private int _begin;
    private int _length;

    /// <summary>Everything written; valid until the next write.</summary>
    public ReadOnlySequence<byte> Written
    {
        get
        {
            if (_end is null)
            {
                return new(_last, 0, _length);
            }

            Close();
            return new(_first!, 0, _end, _end.Memory.Length);
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

    /// <summary>Appends bytes where they lie. They must not change as long as this is used.</summary>
    public void Link(ReadOnlyMemory<byte> bytes)
    {
        Close();
        Append(bytes);
    }

    public void Dispose()
    {
        foreach (var bytes in _rented)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }

        _rented.Clear();
        ArrayPool<byte>.Shared.Return(_last);
    }

    private void Reserve(int sizeHint)
    {
        if (_last.Length - _length >= Math.Max(sizeHint, 1))
        {
            return;
        }

        Close();
        _rented.Add(_last);
        _last = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Min(_last.Length * 2, LargestPiece), sizeHint));
        _begin = _length = 0;
    }

    private void Close()
    {
        if (_length > _begin)
        {
            Append(_last.AsMemory(_begin, _length - _begin));
            _begin = _length;
        }
    }

    private void Append(ReadOnlyMemory<byte> bytes)
    {
        _end = new Piece(bytes, _end);
        _first ??= _end;
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> bytes, Piece? before)
        {
            Memory = bytes;
            if (before is not null)
            {
                RunningIndex = before.RunningIndex + before.Memory.Length;
                before.Next = this;
            }
        }
    }
}
