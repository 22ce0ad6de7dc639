using System.Globalization;

namespace Controller.Logging;

/// <summary>Writes the events of one category: the formatted message, and each of its values as a field.</summary>
internal sealed class ControllerLogger(ControllerLog log, string category) : ILogger
{
    private const string Template = "{OriginalFormat}";

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && log.Writes(LogWeights.Of(logLevel));

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        var values = state as IReadOnlyList<KeyValuePair<string, object?>> ?? [];
        log.Write(
            LogWeights.Name(logLevel), Message(formatter(state, exception), values), (category, values, exception), static (json, event_) =>
            {
                foreach (var (name, value) in event_.values)
                {
                    if (name != Template)
                    {
                        LogFormat.Field(json, name, value);
                    }
                }

                json.WriteString("logger"u8, event_.category);
                if (event_.exception is not null)
                {
                    LogFormat.Exception(json, event_.exception);
                }
            });
    }

    /// <summary>The message without the values that their fields do not show either.</summary>
    private static string Message(string message, IReadOnlyList<KeyValuePair<string, object?>> values)
    {
        for (var i = 0; i < values.Count; i++)
        {
            var (name, value) = values[i];
            if (name != Template && Redaction.IsSecret(name) && Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text)
            {
                message = message.Replace(text, Redaction.Mask, StringComparison.Ordinal);
            }
        }

        return message;
    }
}
