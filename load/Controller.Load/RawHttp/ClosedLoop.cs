using System.Diagnostics;

namespace Controller.Load;

/// <summary>Where the requests of a closed loop come from and where their answers go. Called on one thread only.</summary>
internal interface IRawTraffic
{
    /// <summary>Writes the next request; 0 ends the loop.</summary>
    int Next(Span<byte> request, out int tag);

    /// <summary>A finished request; status 0 means that the connection broke.</summary>
    void Done(int tag, int status, long elapsedTicks);
}

/// <summary>A closed loop: each connection asks again when it is answered.</summary>
internal sealed class ClosedLoop : IDisposable
{
    private const int LargestRequest = 64 * 1024;

    private readonly RawConnections _connections;
    private readonly Call[] _calls;
    private readonly byte[] _output = new byte[LargestRequest];

    public ClosedLoop(string host, int port, int connections)
    {
        _connections = new(host, port);
        _calls = new Call[connections];
        for (var i = 0; i < connections; i++)
        {
            _connections.Open();
        }
    }

    /// <summary>Runs until the traffic ends or the time is over; requests under way then are awaited but a stop is a stop: 5 s.</summary>
    /// <param name="traffic">What is asked.</param>
    /// <param name="duration">For how long.</param>
    /// <param name="pause">How long a connection waits after each answer; none: a closed loop.</param>
    /// <returns>The time it took, without that wait.</returns>
    public TimeSpan Run(IRawTraffic traffic, TimeSpan duration, TimeSpan pause = default)
    {
        var begin = Stopwatch.GetTimestamp();
        var end = begin + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var pauseTicks = (long)(pause.TotalSeconds * Stopwatch.Frequency);
        var pausing = new Queue<(int Index, long Until)>();
        var busy = 0;
        for (var i = 0; i < _calls.Length; i++)
        {
            if (pauseTicks > 0)
            {
                // Spread over the first pause.
                pausing.Enqueue((i, begin + (pauseTicks * i / _calls.Length)));
            }
            else
            {
                busy += Send(i, traffic) ? 1 : 0;
            }
        }

        Span<int> ready = stackalloc int[64];
        long stopped = 0;
        while (busy > 0 || (pausing.Count > 0 && stopped == 0))
        {
            var wait = pausing.TryPeek(out var first) ? Math.Clamp((first.Until - Stopwatch.GetTimestamp()) * 1000 / Stopwatch.Frequency, 0, 100) : 100;
            var count = _connections.Wait(ready, (int)wait);
            var now = Stopwatch.GetTimestamp();
            if (now >= end && stopped == 0)
            {
                stopped = now;
            }

            while (stopped == 0 && pausing.TryPeek(out first) && first.Until <= now)
            {
                busy += Send(pausing.Dequeue().Index, traffic) ? 1 : 0;
            }

            if (stopped != 0 && now - stopped > 5 * Stopwatch.Frequency)
            {
                break;
            }

            foreach (var index in ready[..count])
            {
                var status = _connections.Receive(index, out _, out var closing);
                if (status < 0)
                {
                    continue;
                }

                ref var call = ref _calls[index];
                if (call.IsBusy)
                {
                    call.IsBusy = false;
                    busy--;
                    traffic.Done(call.Tag, status, Stopwatch.GetTimestamp() - call.SentAt);
                }

                if (status == 0 || closing)
                {
                    _connections.Reopen(index);
                }

                if (pauseTicks > 0)
                {
                    pausing.Enqueue((index, Stopwatch.GetTimestamp() + pauseTicks));
                }
                else if (stopped == 0 && Send(index, traffic))
                {
                    busy++;
                }
            }
        }

        return Stopwatch.GetElapsedTime(begin, stopped != 0 ? stopped : Stopwatch.GetTimestamp());
    }

    public void Dispose() => _connections.Dispose();

    private bool Send(int index, IRawTraffic traffic)
    {
        var length = traffic.Next(_output, out var tag);
        if (length == 0)
        {
            return false;
        }

        _calls[index] = new() { Tag = tag, IsBusy = true, SentAt = Stopwatch.GetTimestamp() };
        _connections.Send(index, _output.AsSpan(0, length));
        return true;
    }

    private struct Call
    {
        public int Tag;
        public bool IsBusy;
        public long SentAt;
    }
}
