using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Unicode;
using Edgelet.Simulator;

namespace Controller.Load;

/// <summary>
/// The nodes of a fleet on one thread: the same life as a <see cref="FleetNode"/>'s, without what ten thousand of those
/// cost the machine that they share with the server. Their own collections stop them for two seconds in a minute, which
/// would be measured as the server's. Plain HTTP only. No call is repeated.
/// </summary>
internal sealed class FleetLoop : IDisposable
{
    private const int LargestRequest = 64 * 1024;

    /// <summary>As an Edgelet's limit of a call.</summary>
    private static readonly long s_patience = Ticks(TimeSpan.FromSeconds(30));

    private readonly FleetMeter _meter;
    private readonly TimeSpan _hold;
    private readonly long _period;
    private readonly string _host, _path, _audience;
    private readonly RawConnections _connections;
    private readonly ConcurrentQueue<LoadFog> _joining = new();
    private readonly PriorityQueue<(Node Node, bool Reports), long> _due = new();
    private readonly Stack<int> _idle = new();
    private readonly List<Call> _calls = [];
    private readonly byte[] _request = new byte[LargestRequest];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;
    private volatile bool _stopping;

    public FleetLoop(Uri agentUrl, FleetMeter meter, TimeSpan statusPeriod, TimeSpan hold)
    {
        (_meter, _hold, _period) = (meter, hold, Ticks(statusPeriod));
        (_host, _path, _audience) = (agentUrl.Authority, agentUrl.AbsolutePath.TrimEnd('/') + "/agent/", agentUrl.OriginalString);
        _connections = new(agentUrl.IdnHost, agentUrl.Port);
        _thread = new(Run) { Name = "fleet", IsBackground = true };
        _thread.Start();
    }

    private enum Step
    {
        None,
        Report,
        Poll,
        Configuration,
        Acknowledgement,
    }

    /// <summary>Fails when the loop has; never completes otherwise before <see cref="Dispose"/>.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Lets nodes begin to live.</summary>
    public void Join(IEnumerable<LoadFog> fogs)
    {
        foreach (var fog in fogs)
        {
            _joining.Enqueue(fog);
        }
    }

    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
        _connections.Dispose();
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);

    private void Run()
    {
        try
        {
            Loop();
            _ended.TrySetResult();
        }
        catch (Exception error)
        {
            _ended.TrySetException(error);
        }
    }

    private void Loop()
    {
        Span<int> ready = stackalloc int[64];
        var lookedAt = Stopwatch.GetTimestamp();
        while (!_stopping)
        {
            Admit();
            var now = Stopwatch.GetTimestamp();
            for (var sent = 0; sent < ready.Length && _due.TryPeek(out var next, out var at) && at <= now; sent++)
            {
                _due.Dequeue();
                Begin(next.Node, next.Reports, at);
            }

            if (now - lookedAt > Stopwatch.Frequency)
            {
                GiveUp(now);
                lookedAt = now;
            }

            // The system counts milliseconds; a report is up to one late.
            var wait = !_due.TryPeek(out _, out var first) ? 100 : first <= now ? 0 : Math.Min(((first - now) * 1000 / Stopwatch.Frequency) + 1, 100);
            var count = _connections.Wait(ready, (int)wait);
            foreach (var index in ready[..count])
            {
                Receive(index);
            }
        }
    }

    private void Admit()
    {
        while (_joining.TryDequeue(out var fog))
        {
            // Spread over the period, as nodes are that were started at different times.
            var now = Stopwatch.GetTimestamp();
            var node = new Node(fog, DateTimeOffset.UtcNow);
            _due.Enqueue((node, true), now + (long)(Random.Shared.NextDouble() * _period));
            _due.Enqueue((node, false), now + (long)(Random.Shared.NextDouble() * Ticks(FleetNode.PollPause)));
        }
    }

    private void Begin(Node node, bool reports, long due)
    {
        if (!reports)
        {
            Send(node, Step.Poll, Stopwatch.GetTimestamp());
            return;
        }

        // Whether or not the one before was answered, and timed from this moment: a slow server does not slow its own
        // measurement down.
        _due.Enqueue((node, true), due + _period);
        Send(node, Step.Report, due);
    }

    private void Send(Node node, Step step, long since)
    {
        if (!_idle.TryPop(out var connection))
        {
            try
            {
                connection = _connections.Open();
                _calls.Add(default);
            }
            catch (SocketException error)
            {
                Fail(new(node, step, since), error.Message);
                return;
            }
        }

        _calls[connection] = new(node, step, since);
        _connections.Send(connection, Request(node, step));
    }

    private ReadOnlySpan<byte> Request(Node node, Step step)
    {
        var (method, command) = step switch
        {
            Step.Report => ("PUT", "status"),
            Step.Poll => ("GET", "config/changes"),
            Step.Configuration => ("GET", "config"),
            _ => ("PATCH", "config/changes"),
        };
        var now = DateTimeOffset.UtcNow;
        var body = step switch
        {
            Step.Report => StatusReport.Realistic(now, node.Started, [], seed: node.Fog.Uuid.GetHashCode(StringComparison.Ordinal)).ToUtf8(),
            Step.Acknowledgement => System.Text.Encoding.ASCII.GetBytes($$"""{"lastUpdated":"{{node.Stamp}}"}"""),
            _ => [],
        };
        var identity = node.Fog.Client.Identity!;
        var token = new AgentToken(identity.Uuid, _audience, now).SignToUtf8(identity.Key);
        Utf8.TryWrite(
            _request,
            $"{method} {_path}{command} HTTP/1.1\r\nHost: {_host}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nRequest-Id: {(now - DateTimeOffset.UnixEpoch).Ticks * 100}\r\n",
            out var length);
        if (step == Step.Poll)
        {
            Utf8.TryWrite(_request.AsSpan(length), $"Prefer: wait={(int)_hold.TotalSeconds}\r\n", out var preference);
            length += preference;
        }

        Append("Authorization: Bearer "u8, ref length);
        Append(token, ref length);
        Append("\r\n\r\n"u8, ref length);
        Append(body, ref length);
        return _request.AsSpan(0, length);
    }

    private void Append(ReadOnlySpan<byte> bytes, ref int length)
    {
        bytes.CopyTo(_request.AsSpan(length));
        length += bytes.Length;
    }

    private void Receive(int connection)
    {
        var status = _connections.Receive(connection, out var answer, out var closing);
        if (status < 0)
        {
            return;
        }

        var call = _calls[connection];
        _calls[connection] = default;
        if (status == 0 || closing)
        {
            Replace(connection);
        }

        // One that was idle and is broken: closed by the server after a while without calls. It is among the idle already.
        if (call.Step == Step.None)
        {
            return;
        }

        _idle.Push(connection);
        if (status is 200 or 204)
        {
            Finish(call, status, answer);
        }
        else
        {
            Fail(call, status == 0 ? "the connection broke" : $"HTTP {status}");
        }
    }

    private void Replace(int connection)
    {
        try
        {
            _connections.Reopen(connection);
        }
        catch (SocketException)
        {
            // The next call over it fails and tries again.
        }
    }

    private void Finish(in Call call, int status, ReadOnlySpan<byte> answer)
    {
        var elapsed = Stopwatch.GetElapsedTime(call.Since);
        switch (call.Step)
        {
            case Step.Report:
                _meter.Status(elapsed);
                break;
            case Step.Poll when status == 200:
                try
                {
                    using var document = StrictObject.Parse(RawAnswer.Body(answer), "", out var root);
                    var changes = AgentChanges.Read(root);
                    _meter.Poll(elapsed, _hold, changes.Any);
                    call.Node.Stamp = changes.LastUpdated;
                    if (changes.Prune)
                    {
                        _meter.Seen(call.Node.Fog.Uuid);
                    }

                    Send(call.Node, changes.Config ? Step.Configuration : Step.Acknowledgement, Stopwatch.GetTimestamp());
                }
                catch (AgentDecodeException error)
                {
                    Fail(call, error.Message);
                }

                break;
            case Step.Configuration when status == 200:
                Send(call.Node, Step.Acknowledgement, Stopwatch.GetTimestamp());
                break;
            case Step.Acknowledgement:
                PollAgain(call.Node);
                break;
            default:
                Fail(call, $"HTTP {status} without a body");
                break;
        }
    }

    private void Fail(in Call call, string why)
    {
        _meter.Failed($"{call.Step}: {why}");
        if (call.Step != Step.Report)
        {
            PollAgain(call.Node);
        }
    }

    private void PollAgain(Node node) => _due.Enqueue((node, false), Stopwatch.GetTimestamp() + Ticks(FleetNode.PollPause));

    /// <summary>Calls that were not answered for too long.</summary>
    private void GiveUp(long now)
    {
        for (var connection = 0; connection < _calls.Count; connection++)
        {
            var call = _calls[connection];
            if (call.Step != Step.None && now - call.Since > s_patience)
            {
                _calls[connection] = default;
                Replace(connection);
                _idle.Push(connection);
                Fail(call, "not answered in time");
            }
        }
    }

    private sealed class Node(LoadFog fog, DateTimeOffset started)
    {
        public LoadFog Fog => fog;

        public DateTimeOffset Started => started;

        /// <summary>What the last poll is to be acknowledged with.</summary>
        public string Stamp { get; set; } = "";
    }

    private readonly record struct Call(Node Node, Step Step, long Since);
}
