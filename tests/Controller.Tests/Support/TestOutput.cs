using System.Text;

namespace Controller.Tests.Support;

/// <summary>Writes the log into the running test's own output, without the notes that are no log lines.</summary>
internal sealed class TestOutput : MemoryStream
{
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Span is [(byte)'{', ..])
        {
            Console.Out.Write(Encoding.UTF8.GetString(buffer.Span));
        }

        return default;
    }
}
