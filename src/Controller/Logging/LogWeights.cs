using Controller.Configuration;

namespace Controller.Logging;

/// <summary>Names and weights of levels: a line is written when its weight is at least the threshold's (runtime 3.1).</summary>
internal static class LogWeights
{
    /// <summary>Below <c>info</c>'s lines of the program, above its threshold: <c>warn</c> leaves requests out.</summary>
    public const int ApiRequest = 60;

    public const int ApiResponse = 50;

    public static int Of(LogLevel level) => (int)Threshold(level);

    public static string Name(LogLevel level) => Threshold(level) switch
    {
        LogThreshold.Error => "error",
        LogThreshold.Warn => "warn",
        LogThreshold.Info => "info",
        LogThreshold.Debug => "debug",
        _ => "silly",
    };

    private static LogThreshold Threshold(LogLevel level) => level switch
    {
        LogLevel.Critical or LogLevel.Error => LogThreshold.Error,
        LogLevel.Warning => LogThreshold.Warn,
        LogLevel.Information => LogThreshold.Info,
        LogLevel.Debug => LogThreshold.Debug,
        _ => LogThreshold.Silly,
    };
}
