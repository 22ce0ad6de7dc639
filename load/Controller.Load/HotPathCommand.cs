using System.Buffers.Text;
using System.Diagnostics;
using System.Text;
using Edgelet.Simulator;
using HdrHistogram;

namespace Controller.Load;

/// <summary>How many polls and statuses a Controller takes per second.</summary>
internal static class HotPathCommand
{
    private const int WarmUpTokensPerSecond = 25_000;

    public static async Task<bool> RunAsync(Arguments args, Report report)
    {
        var target = Target.From(args);
        var fogCount = args.Number("fogs", 100);
        var connections = args.Number("connections", 32);
        var seconds = args.Number("seconds", 15);
        var warmUp = args.Number("warmup", 3);
        var probe = ProcessProbe.From(args);
        var keep = args.Flag("keep");
        args.RejectRest();
        var url = new Uri(target.Url);
        if (url.Scheme != "http")
        {
            throw new UsageException("hotpath speaks plain http only");
        }

        using var operators = await Session.OpenAsync(target);
        await using var fleet = new Fleet(operators, target, keep);
        Console.WriteLine($"Setting up {fogCount} fogs");
        var fogs = await fleet.ProvisionAsync(fogCount);

        using var http = new ClosedLoop(url.Host, url.Port, connections);
        var traffic = new Traffic(fogs, url);
        var signed = traffic.SignTokens(warmUp * WarmUpTokensPerSecond);
        Console.WriteLine($"Warming up: {connections} connections, {warmUp} s (tokens: {signed.Count:N0} signed in {signed.Time.TotalSeconds:0.0} s)");
        var warm = http.Run(traffic, TimeSpan.FromSeconds(warmUp));
        var rate = traffic.Total / warm.TotalSeconds;

        // More than the warm-up's rate, because the server may get faster still.
        signed = traffic.SignTokens((int)(rate * seconds * 1.35) + 1000);
        Console.WriteLine($"Measuring: {seconds} s (tokens: {signed.Count:N0} signed in {signed.Time.TotalSeconds:0.0} s)");
        var serverBefore = probe?.ProcessorTime;
        var ownBefore = Process.GetCurrentProcess().TotalProcessorTime;
        var elapsed = http.Run(traffic, TimeSpan.FromSeconds(seconds));
        var serverTime = probe?.ProcessorTime - serverBefore;
        var ownTime = Process.GetCurrentProcess().TotalProcessorTime - ownBefore;

        report.Add("requests per second", traffic.Total / elapsed.TotalSeconds, "req/s", 0);
        report.Count("requests", traffic.Total);
        report.Add("measured time", elapsed.TotalSeconds, "s");
        report.Latency("GET config/changes", traffic.Polls);
        report.Latency("PUT status", traffic.Statuses);
        report.Count("errors", traffic.Errors);
        foreach (var (what, count) in traffic.ErrorKinds.OrderByDescending(static pair => pair.Value))
        {
            report.Count("error: " + what, count);
        }

        report.Count("fogs", fogCount);
        report.Count("connections", connections);
        report.Count("tokens signed beforehand", signed.Count);
        report.Count("status body", traffic.StatusBytes, "bytes");
        if (traffic.RanOut)
        {
            report.Note("stopped early", "the tokens ran out; the rate is still that of the time measured");
        }

        if (probe is not null && serverTime is { } server)
        {
            report.Add("server processor time per request", server.TotalMicroseconds / Math.Max(1, traffic.Total), "µs");
            report.Add("server processors busy", server / elapsed, "", 2);
            report.Add("server memory", probe.ResidentMegabytes, "MB");
        }

        report.Add("load generator processors busy", ownTime / elapsed, "", 2);
        return traffic.Errors == 0 && traffic.Total > 0;
    }

    private sealed class Traffic : IRawTraffic
    {
        private const string Zeros13 = "0000000000000";
        private const int ChunkTokens = 4096;
        private static readonly byte[] s_afterToken = "\r\n\r\n"u8.ToArray();

        private readonly List<LoadFog> _fogs;
        private readonly byte[] _poll;
        private readonly int _pollId;
        private readonly Status[] _statuses;
        private byte[][] _tokens = [];
        private int _tokenLength;
        private int _tokenCount;
        private int _next;
        private long _now;
        private int _nowAge;

        public Traffic(List<LoadFog> fogs, Uri url)
        {
            _fogs = fogs;
            var common = $"Host: {url.Authority}\r\nContent-Type: application/json\r\nRequest-Id: {Zeros13}000000\r\n";
            (_poll, _pollId) = Head($"GET /api/v3/agent/config/changes HTTP/1.1\r\nPrefer: wait=0\r\n{common}");
            _statuses = [.. fogs.Select((fog, index) =>
            {
                var now = DateTimeOffset.UtcNow;
                var microservices = Enumerable.Range(0, 3).Select(_ =>
                    StatusReport.RunningMicroservice(Guid.NewGuid().ToString(), Guid.NewGuid().ToString("N") + Guid.NewGuid().ToString("N"), now.AddHours(-1), now)).ToArray();
                var body = StatusReport.Realistic(now, now.AddHours(-2), microservices, seed: index).ToUtf8();
                var (head, id) = Head($"PUT /api/v3/agent/status HTTP/1.1\r\nContent-Length: {body.Length}\r\n{common}");
                return new Status(head, id, body, Digits(body, "\"systemTime\":"u8), Digits(body, "\"lastStatusTime\":"u8));
            })];
        }

        public LongHistogram Polls { get; } = Report.NewHistogram();

        public LongHistogram Statuses { get; } = Report.NewHistogram();

        public Dictionary<string, long> ErrorKinds { get; } = [];

        public long Total { get; private set; }

        public long Errors { get; private set; }

        public bool RanOut { get; private set; }

        public int StatusBytes => _statuses[0].Body.Length;

        /// <summary>Replaces the tokens with as many fresh ones, and forgets what was counted.</summary>
        public (int Count, TimeSpan Time) SignTokens(int count)
        {
            var watch = Stopwatch.StartNew();
            var now = DateTimeOffset.UtcNow;
            _tokenLength = Sign(0).Length;
            var chunks = new byte[(count + ChunkTokens - 1) / ChunkTokens][];
            Parallel.For(0, chunks.Length, chunk =>
            {
                var bytes = new byte[ChunkTokens * _tokenLength];
                for (var i = 0; i < ChunkTokens; i++)
                {
                    Sign((chunk * ChunkTokens) + i).CopyTo(bytes, i * _tokenLength);
                }

                chunks[chunk] = bytes;
            });
            _tokens = chunks;
            _tokenCount = chunks.Length * ChunkTokens;
            _next = 0;
            Polls.Reset();
            Statuses.Reset();
            ErrorKinds.Clear();
            Total = Errors = 0;
            RanOut = false;
            GC.Collect();
            return (_tokenCount, watch.Elapsed);

            byte[] Sign(int index)
            {
                var client = _fogs[index % _fogs.Count].Client;
                return new AgentToken(client.Identity!.Uuid, client.ControllerUrl, now).SignToUtf8(client.Identity.Key);
            }
        }

        public int Next(Span<byte> request, out int tag)
        {
            tag = 0;
            if (_next == _tokenCount)
            {
                RanOut = true;
                return 0;
            }

            var index = _next++;
            var fog = index % _fogs.Count;

            // Every fog gets both calls, in turn.
            var put = ((index + (index / _fogs.Count)) & 1) == 1;
            tag = put ? 1 : 0;
            if ((_nowAge++ & 15) == 0)
            {
                _now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            }

            var head = put ? _statuses[fog].Head : _poll;
            head.CopyTo(request);
            Utf8Formatter.TryFormat(_now, request[(put ? _statuses[fog].Id : _pollId)..], out _);
            var at = head.Length;
            _tokens[index / ChunkTokens].AsSpan(index % ChunkTokens * _tokenLength, _tokenLength).CopyTo(request[at..]);
            at += _tokenLength;
            s_afterToken.CopyTo(request[at..]);
            at += s_afterToken.Length;
            if (put)
            {
                var status = _statuses[fog];
                var body = request[at..];
                status.Body.CopyTo(body);
                Utf8Formatter.TryFormat(_now, body[status.SystemTime..], out _);
                Utf8Formatter.TryFormat(_now, body[status.LastStatusTime..], out _);
                at += status.Body.Length;
            }

            return at;
        }

        public void Done(int tag, int status, long elapsedTicks)
        {
            Total++;
            if (status != (tag == 1 ? 204 : 200))
            {
                Errors++;
                var what = (tag == 1 ? "PUT status: " : "GET config/changes: ") + (status == 0 ? "connection broke" : $"HTTP {status}");
                ErrorKinds[what] = ErrorKinds.GetValueOrDefault(what) + 1;
                return;
            }

            Report.Record(tag == 1 ? Statuses : Polls, Stopwatch.GetElapsedTime(0, elapsedTicks));
        }

        private static (byte[] Head, int Id) Head(string text)
        {
            var head = Encoding.ASCII.GetBytes(text + "Authorization: Bearer ");
            return (head, head.AsSpan().IndexOf("Request-Id: "u8) + "Request-Id: ".Length);
        }

        private static int Digits(byte[] body, ReadOnlySpan<byte> key)
        {
            var at = body.AsSpan().IndexOf(key) + key.Length;
            return body.AsSpan(at, Zeros13.Length).ContainsAnyExceptInRange((byte)'0', (byte)'9') ? throw new InvalidOperationException("status body has no 13-digit time") : at;
        }

        private sealed record Status(byte[] Head, int Id, byte[] Body, int SystemTime, int LastStatusTime);
    }
}
