using System.Globalization;
using Controller.Hosting;
using Controller.Sql.Stores;

namespace Controller.Events;

/// <summary>The query of <c>GET /events</c> (api-platform 17.1).</summary>
internal sealed record EventQuery(EventFilter Filter, int Limit, long Offset)
{
    private const int DefaultLimit = 200;
    private const int MostRows = 1000;

    /// <summary>Whole numbers below it are seconds, others milliseconds.</summary>
    private const long LeastMilliseconds = 10_000_000_000;

    /// <summary>All that may be asked.</summary>
    public static readonly IReadOnlyList<QueryParameter> Parameters =
    [
        new("startTime", "Not before: seconds or milliseconds since 1970, or ISO 8601"),
        new("endTime", "Not after: as startTime"),
        new("endpointType", "user or agent"),
        new("resourceType", "What was acted on"),
        new("status", "SUCCESS or FAILED"),
        new("method", "HTTP method, or WS; may be repeated"),
        new("actorId", "User name or uuid of a node"),
        new("eventType", "HTTP, WS_CONNECT or WS_DISCONNECT"),
        new("limit", "Events of one page; 200 unless given, at most 1000"),
        new("offset", "Newer events to pass over"),
    ];

    /// <exception cref="ApiException">400.</exception>
    public static EventQuery Read(IQueryCollection query)
    {
        if (query.Keys.FirstOrDefault(k => Parameters.All(p => p.Name != k)) is { } unknown)
        {
            throw ApiException.Validation($"Field '{unknown}' not allowed");
        }

        var filter = new EventFilter
        {
            From = Time(query, "startTime"),
            To = Time(query, "endTime"),
            EventType = Text(query, "eventType"),
            EndpointType = Text(query, "endpointType"),
            ActorId = Text(query, "actorId"),
            ResourceType = Text(query, "resourceType"),
            Status = Text(query, "status"),
            Methods = [.. query["method"].Select(m => NotEmpty("method", m))],
        };
        if (filter.From > filter.To)
        {
            throw ApiException.Validation("startTime must be before or equal to endTime");
        }

        var limit = Number(query, "limit") ?? 0;
        return new(filter, limit == 0 ? DefaultLimit : (int)Math.Min(limit, MostRows), Number(query, "offset") ?? 0);
    }

    private static long? Time(IQueryCollection query, string name)
    {
        if (Text(query, name) is not { } text)
        {
            return null;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= long.MaxValue / 1000)
        {
            return number < LeastMilliseconds ? number * 1000 : number;
        }

        return IsoTime.TryParse(text, out var time)
            ? time.ToUnixTimeMilliseconds()
            : throw ApiException.Validation(
                $"Invalid {name} format. Use Unix timestamp (seconds or milliseconds) or ISO 8601 format (e.g., 2023-10-01T12:00:00Z)");
    }

    private static long? Number(IQueryCollection query, string name)
    {
        if (Text(query, name) is not { } text)
        {
            return null;
        }

        if (text.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            throw ApiException.Validation($"Invalid format for field '{name}'");
        }

        // More digits than a number has room for mean "as many as there are".
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : long.MaxValue;
    }

    private static string? Text(IQueryCollection query, string name) => query[name] switch
    {
        { Count: 0 } => null,
        { Count: 1 } values => NotEmpty(name, values[0]),
        _ => throw ApiException.Validation($"Field '{name}' is not of a type(s) string"),
    };

    private static string NotEmpty(string name, string? value) => value switch
    {
        null or "" => throw ApiException.Validation($"Field {name} does not meet minimum length of 1"),
        _ when value.Contains('\0', StringComparison.Ordinal) => throw ApiException.Validation($"Invalid format for field '{name}'"),
        _ => value,
    };
}
