using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Controller.Agents;
using Controller.Hosting;

namespace Controller.Sessions;

/// <summary>What part of a log a user asks for (websocket 2.3).</summary>
internal static partial class LogQuery
{
    private const int DefaultLines = 100;

    /// <summary>The parameters for the route's description.</summary>
    public static readonly QueryParameter[] Parameters =
    [
        new("tail", "Number of past lines, 100 unless given"),
        new("follow", "false ends the stream with the last line there is"),
        new("since", "ISO 8601: lines from then on"),
        new("until", "ISO 8601: lines up to then"),
        UserSockets.TokenParameter,
    ];

    /// <summary>The settings of the stream, as LOG_START and the session's row carry them.</summary>
    /// <param name="context">The upgrade.</param>
    /// <param name="mostLines">Largest <c>tail</c>.</param>
    /// <exception cref="SocketRefusedException">A parameter is wrong.</exception>
    public static string Read(HttpContext context, int mostLines)
    {
        var tail = new TailConfigBody(
            Lines(context.QueryValue("tail"), mostLines),
            context.QueryValue("follow") != "false",
            Time(context.QueryValue("since"), "since"),
            Time(context.QueryValue("until"), "until"));
        return Encoding.UTF8.GetString(JsonResponse.Bytes(tail, AgentReadsJson.Default.TailConfigBody));
    }

    /// <summary>The integer that the text begins with: what the original took, and so what clients may send.</summary>
    private static int Lines(string? text, int mostLines)
    {
        if (text is null)
        {
            return DefaultLines;
        }

        // A number beyond 18 digits is too large, whatever it is exactly.
        var match = LeadingInteger().Match(text);
        var lines = !match.Success ? 0
            : long.TryParse(match.ValueSpan.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
            : match.ValueSpan.Contains('-') ? 0
            : long.MaxValue;
        return lines < 1 ? throw new SocketRefusedException($"Invalid tail parameter. Must be between 1 and {mostLines}.")
            : lines > mostLines ? throw new SocketRefusedException($"Tail exceeds maximum of {mostLines} lines.")
            : (int)lines;
    }

    private static string? Time(string? text, string name)
    {
        if (text is null || (Iso().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _)))
        {
            return text;
        }

        throw new SocketRefusedException($"Invalid {name} format. Expected ISO 8601.");
    }

    [GeneratedRegex(@"^\s*[+-]?[0-9]+")]
    private static partial Regex LeadingInteger();

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{3})?(Z|[+-][0-9]{2}:[0-9]{2})\z")]
    private static partial Regex Iso();
}
