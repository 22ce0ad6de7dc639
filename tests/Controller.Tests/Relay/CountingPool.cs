using System.Buffers;
using System.Collections.Concurrent;

namespace Controller.Tests.Relay;

/// <summary>Knows which buffers are out, and refuses one that is returned twice.</summary>
internal sealed class CountingPool : ArrayPool<byte>
{
    private readonly ConcurrentDictionary<byte[], bool> _rented = new(ReferenceEqualityComparer.Instance);

    public int Outstanding => _rented.Count;

    public long Bytes => _rented.Keys.Sum(buffer => (long)buffer.Length);

    public override byte[] Rent(int minimumLength)
    {
        // Rubbish in it and longer than asked for, as the real one.
        var buffer = new byte[minimumLength + 7];
        Array.Fill(buffer, (byte)0xee);
        _rented[buffer] = true;
        return buffer;
    }

    public override void Return(byte[] array, bool clearArray = false)
    {
        if (!_rented.TryRemove(array, out _))
        {
            throw new InvalidOperationException("A buffer was returned twice");
        }

        Array.Fill(array, (byte)0xdd);
    }
}
