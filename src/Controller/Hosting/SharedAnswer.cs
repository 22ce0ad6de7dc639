using System.Buffers;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Net.Http.Headers;

namespace Controller.Hosting;

/// <summary>
/// An answer that is the same for all who ask at the same time: whoever comes while one is being made shares the next
/// one with the others who wait. Each answer is begun after all its askers came, so none of them misses anything. Those who
/// can read a compressed answer share among themselves, so that the others need not wait for the compression.
/// </summary>
/// <param name="type">What the route's description calls the answer.</param>
/// <param name="make">Writes the body.</param>
internal sealed class SharedAnswer(JsonTypeInfo type, Func<PooledBytes, CancellationToken, Task> make)
{
    private readonly Lane _plain = new(make, compresses: false);
    private readonly Lane _compressed = new(make, compresses: true);

    /// <summary>Answers 200 with it, or 304 to who holds it.</summary>
    public async Task RespondAsync(HttpContext context)
    {
        RouteAgreement.CheckAnswer(context, StatusCodes.Status200OK, type);
        context.Response.Headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        var compress = Gzip.IsAccepted(context.Request);
        var lane = compress ? _compressed : _plain;
        var (round, isFirst) = lane.Join();
        try
        {
            if (isFirst)
            {
                await lane.MakeAsync(round);
            }

            var (body, tag) = await round.Made.WaitAsync(context.RequestAborted);
            if (context.IsHeld(tag))
            {
                return;
            }

            if (compress && Gzip.IsWorthIt(body))
            {
                body = await round.CompressedAsync(body).WaitAsync(context.RequestAborted);
                context.Response.Headers.ContentEncoding = Gzip.Name;
            }

            await context.SendAsync(StatusCodes.Status200OK, body);
        }
        finally
        {
            round.Leave();
        }
    }

    private sealed class Lane(Func<PooledBytes, CancellationToken, Task> make, bool compresses)
    {
        private readonly Lock _lock = new();
        private Round? _running;
        private Round? _next;
        private string? _lastTag;

        public (Round Round, bool IsFirst) Join()
        {
            lock (_lock)
            {
                var isFirst = _running is null;
                var round = isFirst ? _running = new Round() : _next ??= new Round();
                round.Enter();
                return (round, isFirst);
            }
        }

        public async Task MakeAsync(Round round)
        {
            try
            {
                // For all of them: that one of them goes away is no reason to stop.
                await make(round.Body, CancellationToken.None);
                var (body, tag) = round.Succeed();
                if (compresses && tag != _lastTag && Gzip.IsWorthIt(body))
                {
                    // Nobody can hold it. Otherwise it waits for the first who does not.
                    await round.CompressedAsync(body);
                }

                _lastTag = tag;
            }
            catch (Exception e)
            {
                // When it is the compression that failed, its askers hear of it there.
                round.Fail(e);
            }
            finally
            {
                round.Leave();
            }

            Round? next;
            lock (_lock)
            {
                next = _running = _next;
                _next = null;
            }

            // Not here: whoever made this one is to be answered now.
            if (next is not null)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static state => _ = state.Lane.MakeAsync(state.Round), (Lane: this, Round: next), preferLocal: false);
            }
        }
    }

    /// <summary>One making of the answer, its maker and those who share it. The last to leave returns the buffers.</summary>
    private sealed class Round
    {
        private readonly TaskCompletionSource<Answer> _made = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Lock _lock = new();
        private Task<ReadOnlySequence<byte>>? _compressing;
        private PooledBytes? _compressed;
        private int _sharers = 1;

        public PooledBytes Body { get; } = new();

        /// <summary>The answer, once it is complete.</summary>
        public Task<Answer> Made => _made.Task;

        public void Enter() => Interlocked.Increment(ref _sharers);

        public void Leave()
        {
            if (Interlocked.Decrement(ref _sharers) == 0)
            {
                Body.Dispose();
                _compressed?.Dispose();
            }
        }

        /// <summary>The answer compressed; for the first who asks, and then for all.</summary>
        public Task<ReadOnlySequence<byte>> CompressedAsync(ReadOnlySequence<byte> body)
        {
            lock (_lock)
            {
                return _compressing ??= CompressAsync(body);
            }
        }

        public Answer Succeed()
        {
            var body = Body.Written;
            var answer = new Answer(body, ETag.Of(body));
            _made.SetResult(answer);
            return answer;
        }

        public void Fail(Exception error) => _made.TrySetException(error);

        private async Task<ReadOnlySequence<byte>> CompressAsync(ReadOnlySequence<byte> body)
        {
            // A sharer itself: those it works for may all go away meanwhile.
            Enter();
            try
            {
                _compressed = await Task.Run(() => Gzip.Compress(body));
                return _compressed.Written;
            }
            finally
            {
                Leave();
            }
        }
    }

    private readonly record struct Answer(ReadOnlySequence<byte> Body, string Tag);
}
