using System.Globalization;
using System.Text.Json;

namespace Controller.Logging;

/// <summary>How a line begins, and how its fields are written: <c>level, time, pid, hostname, msg</c>, then the rest.</summary>
internal sealed class LogFormat(TimeProvider time, string hostName)
{
    /// <summary>Longest text of one field; a longer one is cut, so that one event cannot fill the log.</summary>
    private const int LongestText = 8192;

    private readonly JsonEncodedText _hostName = JsonEncodedText.Encode(hostName);
    private readonly int _processId = Environment.ProcessId;

    public void Begin(LogLine line, string level, ReadOnlySpan<char> message)
    {
        var json = line.Json;
        Span<byte> now = stackalloc byte[32];
        time.GetUtcNow().UtcDateTime.TryFormat(now, out var length, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        json.WriteStartObject();
        json.WriteString("level"u8, level);
        json.WriteString("time"u8, now[..length]);
        json.WriteNumber("pid"u8, _processId);
        json.WriteString("hostname"u8, _hostName);
        json.WriteString("msg"u8, Cut(message));
    }

    /// <summary>Writes a field; the value of one whose name tells a secret is not written.</summary>
    public static void Field(Utf8JsonWriter json, string name, object? value)
    {
        json.WritePropertyName(name);
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case var _ when Redaction.IsSecret(name):
                json.WriteStringValue(Redaction.Mask);
                break;
            case string text:
                json.WriteStringValue(Cut(text));
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case int number:
                json.WriteNumberValue(number);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case IFormattable formattable:
                json.WriteStringValue(Cut(formattable.ToString(null, CultureInfo.InvariantCulture)));
                break;
            default:
                json.WriteStringValue(Cut(value.ToString()));
                break;
        }
    }

    public static void Exception(Utf8JsonWriter json, Exception exception)
    {
        json.WriteStartObject("err"u8);
        json.WriteString("type"u8, exception.GetType().FullName);
        json.WriteString("message"u8, Cut(exception.Message));
        json.WriteString("stack"u8, Cut(exception.ToString()));
        json.WriteEndObject();
    }

    private static ReadOnlySpan<char> Cut(ReadOnlySpan<char> text)
    {
        if (text.Length <= LongestText)
        {
            return text;
        }

        // Never between the halves of one character.
        return text[..(char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText)];
    }
}
