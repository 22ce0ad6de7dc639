using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Controller.Logging;

/// <summary>One line while it is written and while it waits in the queue; used again afterwards.</summary>
internal sealed class LogLine
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly ArrayBufferWriter<byte> _bytes = new(512);

    public LogLine() => Json = new Utf8JsonWriter(_bytes, Options);

    public Utf8JsonWriter Json { get; }

    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    public int Capacity => _bytes.Capacity;

    /// <summary>Ends the line.</summary>
    public void End()
    {
        Json.WriteEndObject();
        Json.Flush();
        _bytes.Write("\n"u8);
    }

    public void Clear()
    {
        _bytes.ResetWrittenCount();
        Json.Reset();
    }
}
