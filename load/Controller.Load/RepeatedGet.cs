using System.Diagnostics;
using System.Text;
using HdrHistogram;

namespace Controller.Load;

/// <summary>The same GET of an operator, again and again.</summary>
/// <param name="url">The server.</param>
/// <param name="path">What is asked for.</param>
/// <param name="token">The operator's.</param>
/// <param name="gzip">Asks for a compressed answer, as browsers and Go clients do.</param>
internal sealed class RepeatedGet(Uri url, string path, string token, bool gzip = false) : IRawTraffic
{
    private readonly byte[] _request = Encoding.ASCII.GetBytes(
        $"GET /api/v3{path} HTTP/1.1\r\nHost: {url.Authority}\r\nAuthorization: Bearer {token}\r\nAccept: application/json\r\n{(gzip ? "Accept-Encoding: gzip\r\n" : "")}\r\n");

    public LongHistogram Latency { get; } = Report.NewHistogram();

    public long Errors { get; private set; }

    public int Next(Span<byte> request, out int tag)
    {
        tag = 0;
        _request.CopyTo(request);
        return _request.Length;
    }

    public void Done(int tag, int status, long elapsedTicks)
    {
        if (status == 200)
        {
            Report.Record(Latency, Stopwatch.GetElapsedTime(0, elapsedTicks));
        }
        else
        {
            Errors++;
        }
    }
}
