using System.Globalization;
using System.Text.Json;
using Controller.AccessControl;
using Controller.Configuration;
using Controller.Hosting;

namespace Controller.Logging;

/// <summary>
/// The lines <c>apiReq</c> and <c>apiRes</c> of operator requests; those of agents, and of the pings everybody
/// sends, only at <c>debug</c>. No bodies: they hold passwords and secrets.
/// </summary>
internal sealed class RequestLog(ControllerLog log, TimeProvider time)
{
    private readonly bool _isOn = log.Writes(LogWeights.ApiRequest);
    private readonly bool _includesQuiet = log.Writes((int)LogThreshold.Debug);

    public bool IsOn => _isOn;

    /// <summary>A request has passed its access check.</summary>
    public void Received(HttpContext context)
    {
        if (!Shows(context))
        {
            return;
        }

        var url = Url(context);
        log.Write("apiReq", $"{context.Request.Method} {url}", (context, url), static (json, request) =>
        {
            var (context, url) = request;
            Common(json, context, url);
            json.WriteString("remoteAddress"u8, context.ClientAddress());
            json.WriteNumber("remotePort"u8, context.Connection.RemotePort);
            json.WriteStartObject("headers"u8);
            Header(json, "content-type", context.Request.ContentType);
            Header(json, "content-length", context.Request.ContentLength?.ToString(CultureInfo.InvariantCulture));
            Header(json, "user-agent", context.Request.Headers.UserAgent);
            json.WriteEndObject();
        });
    }

    /// <summary>Runs the rest of the pipeline and tells how it ended.</summary>
    public Task FollowAsync(HttpContext context, RequestDelegate next) =>
        Shows(context) ? FollowShownAsync(context, next) : next(context);

    private async Task FollowShownAsync(HttpContext context, RequestDelegate next)
    {
        var start = time.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            var url = Url(context);
            var milliseconds = Math.Round(time.GetElapsedTime(start).TotalMilliseconds, 3);
            log.Write("apiRes", $"{context.Request.Method} {url}", (context, url, milliseconds), static (json, response) =>
            {
                var (context, url, milliseconds) = response;
                Common(json, context, url);
                json.WriteNumber("statusCode"u8, context.Response.StatusCode);
                json.WriteNumber("durationMs"u8, milliseconds);
                json.WriteStartObject("headers"u8);
                var headers = context.Response.Headers;
                Header(json, "content-type", headers.ContentType);
                Header(json, "content-length", headers.ContentLength?.ToString(CultureInfo.InvariantCulture));
                Header(json, "x-timestamp", headers["X-Timestamp"]);
                Header(json, "etag", headers.ETag);
                json.WriteEndObject();
            });
        }
    }

    private bool Shows(HttpContext context) => _isOn && (_includesQuiet || !IsQuiet(context));

    private static bool IsQuiet(HttpContext context) =>
        ErrorHandling.IsAgentPath(context)
        || context.Request.Path.StartsWithSegments(ApiRoutes.Base + "/status", StringComparison.OrdinalIgnoreCase)
        || context.Request.Path.StartsWithSegments(ApiRoutes.Base + "/live", StringComparison.OrdinalIgnoreCase);

    private static string Url(HttpContext context) =>
        Redaction.Url(context.Request.Path.ToUriComponent(), context.Request.QueryString.Value ?? "");

    private static void Common(Utf8JsonWriter json, HttpContext context, string url)
    {
        json.WriteString("id"u8, context.RequestId() ?? context.TraceIdentifier);
        json.WriteString("method"u8, context.Request.Method);
        json.WriteString("url"u8, url);
        if (context.Features.Get<OperatorIdentity>() is { } identity)
        {
            json.WriteString("username"u8, identity.Username);
        }
    }

    private static void Header(Utf8JsonWriter json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            json.WriteString(name, value);
        }
    }
}
