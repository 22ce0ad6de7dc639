using System.Buffers;
using System.Text;
using Controller.Hosting;
using Controller.Status;
using Microsoft.AspNetCore.Http;

namespace Controller.Tests.Hosting;

/// <summary>Who shares an answer with whom.</summary>
public sealed class SharedAnswerTests
{
    private readonly List<TaskCompletionSource> _makings = [];
    private int _begun;

    [Test]
    public async Task Whoever_comes_during_a_making_shares_the_next_one()
    {
        var answer = Answer();
        var first = AskAsync(answer);
        var others = Enumerable.Range(0, 5).Select(_ => AskAsync(answer)).ToList();
        await Assert.That(_begun).IsEqualTo(1);
        await FinishAsync(1);
        await Assert.That(await first).IsEqualTo("200 made 1");
        await FinishAsync(2);
        await Assert.That(await Task.WhenAll(others)).IsEquivalentTo(Enumerable.Repeat("200 made 2", 5));
        var late = AskAsync(answer);
        await FinishAsync(3);
        await Assert.That(await late).IsEqualTo("200 made 3");
    }

    [Test]
    public async Task That_some_or_all_of_them_go_away_disturbs_nobody()
    {
        var answer = Answer();
        using var gone = new CancellationTokenSource();
        var first = AskAsync(answer);
        var leaving = Enumerable.Range(0, 3).Select(_ => AskAsync(answer, gone.Token)).ToList();
        await gone.CancelAsync();
        foreach (var one in leaving)
        {
            await Assert.ThrowsAsync<OperationCanceledException>(() => one);
        }

        await FinishAsync(1);
        await Assert.That(await first).IsEqualTo("200 made 1");
        await FinishAsync(2);
        var late = AskAsync(answer);
        await FinishAsync(3);
        await Assert.That(await late).IsEqualTo("200 made 3");
    }

    [Test]
    public async Task A_failure_is_told_to_those_who_shared_it_only()
    {
        var answer = Answer();
        var first = AskAsync(answer);
        var second = AskAsync(answer);
        _makings[0].SetException(new InvalidOperationException("broken"));
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => first);
        await Assert.That(e!.Message).IsEqualTo("broken");
        await FinishAsync(2);
        await Assert.That(await second).IsEqualTo("200 made 2");
    }

    [Test]
    public async Task Large_bodies_lie_in_pieces_and_have_the_tag_they_would_have_in_one()
    {
        using var bytes = new PooledBytes();
        var text = string.Join(' ', Enumerable.Range(0, 100_000));
        for (var at = 0; at < text.Length; at += 7)
        {
            bytes.Write(Encoding.UTF8.GetBytes(text[at..Math.Min(at + 7, text.Length)]));
        }

        await Assert.That(bytes.Written.IsSingleSegment).IsFalse();
        await Assert.That(Encoding.UTF8.GetString(bytes.Written.ToArray())).IsEqualTo(text);
        await Assert.That(ETag.Of(bytes.Written)).IsEqualTo(ETag.Of(new(Encoding.UTF8.GetBytes(text))));
    }

    [Test]
    public async Task Others_bytes_are_linked_where_they_belong()
    {
        using var bytes = new PooledBytes();
        var expected = new StringBuilder();
        for (var i = 0; i < 2000; i++)
        {
            bytes.Write(Encoding.UTF8.GetBytes($"own {i};"));
            bytes.Link(Encoding.UTF8.GetBytes(i % 3 == 0 ? "" : $"linked {i};"));
            expected.Append($"own {i};").Append(i % 3 == 0 ? "" : $"linked {i};");
        }

        await Assert.That(Encoding.UTF8.GetString(bytes.Written.ToArray())).IsEqualTo(expected.ToString());
        bytes.Write("more"u8);
        await Assert.That(bytes.Written.Length).IsEqualTo(expected.Length + 4);
    }

    private SharedAnswer Answer() => new(StatusJson.Default.StatusBody, async (output, _) =>
    {
        TaskCompletionSource making;
        int number;
        lock (_makings)
        {
            number = ++_begun;
            making = Making(number);
        }

        await making.Task;
        output.Write(Encoding.UTF8.GetBytes($"made {number}"));
    });

    private TaskCompletionSource Making(int number)
    {
        lock (_makings)
        {
            while (_makings.Count < number)
            {
                _makings.Add(new(TaskCreationOptions.RunContinuationsAsynchronously));
            }

            return _makings[number - 1];
        }
    }

    /// <summary>Lets a making end; it may not have begun yet.</summary>
    private Task FinishAsync(int number)
    {
        Making(number).SetResult();
        return Task.CompletedTask;
    }

    private static async Task<string> AskAsync(SharedAnswer answer, CancellationToken aborted = default)
    {
        var context = new DefaultHttpContext { RequestAborted = aborted };
        context.Request.Method = "GET";
        using var written = new MemoryStream();
        context.Response.Body = written;
        await answer.RespondAsync(context);
        return $"{context.Response.StatusCode} {Encoding.UTF8.GetString(written.ToArray())}";
    }
}
