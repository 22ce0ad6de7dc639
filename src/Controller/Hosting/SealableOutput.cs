using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Controller.Hosting;

/// <summary>
/// The writing side of a connection, on which <see cref="MalformedRequests"/> can have the last word: what the server
/// writes afterwards goes nowhere.
/// </summary>
internal sealed class SealableOutput(PipeWriter output) : PipeWriter
{
    private byte[]? _nowhere;

    public override bool CanGetUnflushedBytes => output.CanGetUnflushedBytes;

    public override long UnflushedBytes => _nowhere is null ? output.UnflushedBytes : 0;

    public static ConnectionDelegate Wrap(ConnectionDelegate next) => connection =>
    {
        var output = new SealableOutput(connection.Transport.Output);
        connection.Transport = new Pair(connection.Transport.Input, output);
        connection.Features.Set(output);
        return next(connection);
    };

    /// <summary>Writes the last bytes of the connection.</summary>
    public void Seal(ReadOnlySpan<byte> last)
    {
        if (_nowhere is not null)
        {
            return;
        }

        last.CopyTo(output.GetSpan(last.Length));
        output.Advance(last.Length);

        // Small enough never to wait; the server flushes once more when it ends its own answer.
        _ = output.FlushAsync();
        _nowhere = new byte[4096];
    }

    public override void Advance(int bytes)
    {
        if (_nowhere is null)
        {
            output.Advance(bytes);
        }
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => _nowhere is null ? output.GetMemory(sizeHint) : Nowhere(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _nowhere is null ? output.GetSpan(sizeHint) : Nowhere(sizeHint);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => output.FlushAsync(cancellationToken);

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
        _nowhere is null ? output.WriteAsync(source, cancellationToken) : output.FlushAsync(cancellationToken);

    public override void CancelPendingFlush() => output.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => output.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => output.CompleteAsync(exception);

    private byte[] Nowhere(int sizeHint) => _nowhere = _nowhere!.Length < sizeHint ? new byte[sizeHint] : _nowhere;

    private sealed class Pair(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
