using System.Text.Json;
using Controller.AccessControl;
using Controller.Agents;
using Controller.Configuration;
using Controller.Hosting;
using Controller.Sql.Stores;

namespace Controller.Events;

/// <summary>
/// Records who did what (auth-rbac 11): one event for every request that is not a GET, after it was answered, and two
/// for a WebSocket. No bodies and no query: of a body only the id or name of the object is taken, and the name that
/// somebody tries to sign in with.
/// </summary>
internal sealed partial class AuditTrail(
    AuditQueue queue, AuditActor actors, ControllerSettings settings, TimeProvider time, ILogger<AuditTrail> log)
{
    /// <summary>The client went before it was answered.</summary>
    private const int ClientGone = 499;

    /// <summary>Columns that hold less than a client may send (runtime 4, Events).</summary>
    private const int LongestText = 255, LongestMethod = 10, LongestPath = 2048;

    private static readonly string[] IdParameters = ["uuid", "id", "name", "key", "appName", "microserviceUuid"];

    private static readonly string[] IdFields = ["uuid", "id", "name"];

    private static readonly string[] SecretParameters = ["token", "access_token", "refresh_token", "api_key", "apikey", "password", "secret"];

    private readonly EventSettings _settings = settings.Events;

    /// <summary>Runs the rest of the pipeline and records how it ended.</summary>
    public Task FollowAsync(HttpContext context, RequestDelegate next) =>
        !_settings.AuditEnabled || HttpMethods.IsGet(context.Request.Method) ? next(context) : FollowAuditedAsync(context, next);

    /// <summary>Gives the request's event another text than the usual one.</summary>
    public void Explain(HttpContext context, string message) => context.Features.Set(new Explanation(message));

    /// <summary>Records what the Controller did on its own.</summary>
    public void Add(EventRow row)
    {
        if (_settings.AuditEnabled)
        {
            queue.Add(row);
        }
    }

    /// <summary>Records that a WebSocket was let in.</summary>
    /// <param name="context">The upgrade.</param>
    /// <param name="actor">User name, or uuid of the agent.</param>
    /// <param name="resourceId">Uuid of the microservice, or of the fog for its own logs.</param>
    /// <returns>The row, for <see cref="Disconnected"/>.</returns>
    public EventRow Connected(HttpContext context, string? actor, string? resourceId)
    {
        var row = Row(context, time.GetUtcNow().ToUnixTimeMilliseconds()) with
        {
            EventType = AuditTexts.Connect,
            ActorId = Fit(actor, LongestText),
            Method = "WS",
            ResourceId = Fit(resourceId, LongestText),
            EndpointPath = Fit(context.Request.Path.ToUriComponent() + PublicQuery(context.Request.QueryString.Value ?? ""), LongestPath)!,
            Status = AuditTexts.Success,
            StatusCode = null,
            StatusMessage = "WebSocket connection established",
            RequestId = null,
        };
        Add(row);
        return row;
    }

    /// <summary>Records that a WebSocket was closed.</summary>
    public void Disconnected(EventRow connected, int closeCode)
    {
        var isNormal = closeCode is 1000 or 1001;
        Add(connected with
        {
            Timestamp = time.GetUtcNow().ToUnixTimeMilliseconds(),
            EventType = AuditTexts.Disconnect,
            Status = isNormal ? AuditTexts.Success : AuditTexts.Failed,
            StatusCode = closeCode,
            StatusMessage = isNormal ? "WebSocket connection closed normally" : $"WebSocket closed with code {closeCode}",
        });
    }

    private async Task FollowAuditedAsync(HttpContext context, RequestDelegate next)
    {
        var startedAt = time.GetUtcNow().ToUnixTimeMilliseconds();
        try
        {
            await next(context);
        }
        finally
        {
            await RecordAsync(context, startedAt);
        }
    }

    private async ValueTask RecordAsync(HttpContext context, long startedAt)
    {
        try
        {
            if (!IsDue(context))
            {
                return;
            }

            var actor = await actors.OfAsync(context);
            queue.Add(Row(context, startedAt) with { ActorId = Fit(actor, LongestText), ResourceId = Fit(ResourceId(context), LongestText) });
        }
        catch (Exception e)
        {
            // The request is over; whatever goes wrong here is not its client's concern.
            Failed(log, e);
        }
    }

    /// <summary>
    /// What every agent repeats all day is recorded once in a while as long as it succeeds: a row for each would wear out
    /// the flash of a small installation and fill the database of a large one.
    /// </summary>
    private bool IsDue(HttpContext context)
    {
        if (context.Features.Get<FogEntry>() is not { } fog
            || context.GetEndpoint()?.Metadata.GetMetadata<ApiRoute>() is not { } route
            || !AgentReports.Includes(route, out var report)
            || !AuditTexts.IsSuccess(context.Response.StatusCode)
            || _settings.AgentReportInterval <= TimeSpan.Zero)
        {
            return true;
        }

        return fog.Reports.IsDue(report, _settings.AgentReportInterval, time);
    }

    private EventRow Row(HttpContext context, long timestamp)
    {
        var isGone = context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted;
        var code = isGone ? ClientGone : context.Response.StatusCode;
        var path = context.Request.Path.ToUriComponent();
        return new EventRow
        {
            Timestamp = timestamp,
            EventType = AuditTexts.Http,
            EndpointType = ErrorHandling.IsAgentPath(context) ? AuditTexts.Agent : AuditTexts.User,
            Method = Fit(context.Request.Method, LongestMethod),
            ResourceType = AuditTexts.ResourceType(path),
            EndpointPath = Fit(path, LongestPath)!,
            IpAddress = _settings.CaptureIpAddress ? Address(context) : null,
            Status = AuditTexts.IsSuccess(code) ? AuditTexts.Success : AuditTexts.Failed,
            StatusCode = code,
            StatusMessage = context.Features.Get<Explanation>()?.Message ?? AuditTexts.Message(code),
            RequestId = context.RequestId(),
        };
    }

    /// <summary>IPv4 only: IPv6 addresses are not recorded.</summary>
    private static string? Address(HttpContext context) =>
        context.ClientAddress() is { } address && !address.Contains(':', StringComparison.Ordinal) ? address : null;

    private static string? ResourceId(HttpContext context)
    {
        foreach (var name in IdParameters)
        {
            if (context.Request.RouteValues.TryGetValue(name, out var value) && value is string { Length: > 0 } text)
            {
                return text;
            }
        }

        foreach (var name in IdFields)
        {
            if (context.QueryValue(name) is { } text)
            {
                return text;
            }
        }

        return context.Features.Get<ReceivedJson>() is { } json ? BodyId(new JsonFields(json.Root)) : null;
    }

    private static string? BodyId(JsonFields body)
    {
        foreach (var name in IdFields)
        {
            if (body.TryGet(name, out var value) && value.ValueKind is JsonValueKind.String or JsonValueKind.Number && value.ToString() is { Length: > 0 } text)
            {
                return text;
            }
        }

        return null;
    }

    /// <summary>The query without the parameters that hold secrets.</summary>
    private static string PublicQuery(string query)
    {
        if (query.Length <= 1)
        {
            return "";
        }

        var kept = query[1..].Split('&').Where(p => !IsSecret(p.AsSpan(0, p.IndexOf('=', StringComparison.Ordinal) is var e and >= 0 ? e : p.Length)));
        return string.Join('&', kept) is { Length: > 0 } text ? "?" + text : "";

        static bool IsSecret(ReadOnlySpan<char> name)
        {
            var unescaped = Uri.UnescapeDataString(name);
            return Array.Exists(SecretParameters, s => s.Equals(unescaped, StringComparison.OrdinalIgnoreCase));
        }
    }

    /// <summary>A text that every database takes: not longer than its column, without null characters and halves of characters.</summary>
    private static string? Fit(string? text, int longest)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (text.Contains('\0', StringComparison.Ordinal))
        {
            text = text.Replace("\0", "", StringComparison.Ordinal);
        }

        return text.Length <= longest ? text : text[..(char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest)];
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "An audit event could not be recorded")]
    private static partial void Failed(ILogger log, Exception e);

    private sealed record Explanation(string Message);
}
