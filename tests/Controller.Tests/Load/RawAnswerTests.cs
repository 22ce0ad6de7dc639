using System.Text;
using Controller.Load;

namespace Controller.Tests.Load;

/// <summary>Framing of answers as the load generator does it, whichever Controller it asks.</summary>
public sealed class RawAnswerTests
{
    private const string Counted = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\ncontent-length: 7\r\n\r\n{\"a\":1}";
    private const string Chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\nB\r\n\":123456789\r\n1\r\n}\r\n0\r\n\r\n";
    private const string Empty = "HTTP/1.1 204 No Content\r\nDate: now\r\n\r\n";

    [Test]
    [Arguments(Counted, "{\"a\":1}")]
    [Arguments(Chunked, "{\"a\":123456789}")]
    public async Task A_body_is_whole_however_it_comes(string text, string body)
    {
        var answer = Encoding.ASCII.GetBytes(text);
        for (var length = 0; length < answer.Length; length++)
        {
            await Assert.That(Status(answer.AsSpan(0, length))).IsEqualTo(-1);
        }

        await Assert.That(Status(answer)).IsEqualTo(200);
        await Assert.That(Encoding.ASCII.GetString(RawAnswer.Body(answer))).IsEqualTo(body);
    }

    [Test]
    public async Task An_answer_without_a_body_ends_with_its_head()
    {
        var answer = Encoding.ASCII.GetBytes(Empty);
        await Assert.That(Status(answer)).IsEqualTo(204);
        await Assert.That(RawAnswer.Body(answer).Length).IsEqualTo(0);
    }

    [Test]
    [Arguments("SSH-2.0-OpenSSH\r\n\r\n")]
    [Arguments("HTTP/1.1 OK\r\n\r\n")]
    [Arguments("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n")]
    [Arguments("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc")]
    public async Task What_is_no_answer_is_not_waited_for(string text) =>
        await Assert.That(Status(Encoding.ASCII.GetBytes(text))).IsEqualTo(0);

    [Test]
    public async Task A_server_that_closes_says_so()
    {
        RawAnswer.Parse(Encoding.ASCII.GetBytes(Counted.Replace("OK\r\n", "OK\r\nConnection: close\r\n", StringComparison.Ordinal)), out var closing, out _, out _);
        await Assert.That(closing).IsTrue();
    }

    private static int Status(ReadOnlySpan<byte> answer) => RawAnswer.Parse(answer, out _, out _, out _);
}
