using System.Buffers;
using System.Collections.Concurrent;

namespace Controller.Ws.Tests.Support;

/// <summary>A pool that knows what is out, refuses a second return and spoils what comes back.</summary>
internal sealed class CountingPool : ArrayPool<byte>
{
    private readonly ConcurrentDictionary<byte[], bool> _out = new(ReferenceEqualityComparer.Instance as IEqualityComparer<byte[]>);
    private int _most;
    private int _wrong;

    /// <summary>Buffers nobody has returned.</summary>
    public int Out => _out.Count;

    /// <summary>Most bytes that were out at once.</summary>
    public int MostOut => _most;

    /// <summary>Returns of buffers that were not out.</summary>
    public int WrongReturns => _wrong;

    public override byte[] Rent(int minimumLength)
    {
        // Exactly what was asked for: writing beyond it shows.
        var buffer = new byte[minimumLength];
        _out[buffer] = true;
        InterlockedMax(ref _most, _out.Keys.Sum(b => b.Length));
        return buffer;
    }

    public override void Return(byte[] array, bool clearArray = false)
    {
        if (!_out.TryRemove(array, out _))
        {
            Interlocked.Increment(ref _wrong);
        }

        array.AsSpan().Fill(0xDD);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen; seen = Volatile.Read(ref target))
        {
            Interlocked.CompareExchange(ref target, value, seen);
        }
    }
}
