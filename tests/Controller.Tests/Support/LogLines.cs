using System.Text;
using System.Text.Json.Nodes;

namespace Controller.Tests.Support;

/// <summary>Keeps what a log writes to its console.</summary>
internal sealed class LogLines : Stream
{
    private readonly StringBuilder _text = new();
    private readonly Lock _gate = new();

    public string Text
    {
        get
        {
            lock (_gate)
            {
                return _text.ToString();
            }
        }
    }

    /// <summary>The lines that are JSON, parsed.</summary>
    public IReadOnlyList<JsonObject> Events =>
        [.. Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l.StartsWith('{')).Select(l => JsonNode.Parse(l)!.AsObject())];

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The events that satisfy <paramref name="which"/>, as soon as there are <paramref name="count"/>.</summary>
    public async Task<List<JsonObject>> WaitAsync(Func<JsonObject, bool> which, int count = 1)
    {
        for (var i = 0; i < 500; i++)
        {
            var found = Events.Where(which).ToList();
            if (found.Count >= count)
            {
                return found;
            }

            await Task.Delay(20);
        }

        throw new TimeoutException("Not logged. The log is:\n" + Text);
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count)
    {
        lock (_gate)
        {
            _text.Append(Encoding.UTF8.GetString(buffer, offset, count));
        }
    }
}
