using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace Controller.Observability;

/// <summary>Completes the span that the platform begins for a request: route, status, failure (HTTP server spans of OpenTelemetry).</summary>
internal static class RequestSpan
{
    public static async Task FollowAsync(HttpContext context, RequestDelegate next)
    {
        // Not Activity.Current: inside, that may be somebody else's.
        var span = context.Features.Get<IHttpActivityFeature>()?.Activity;
        try
        {
            await next(context);
        }
        finally
        {
            if (span is { IsAllDataRequested: true })
            {
                Complete(span, context);
            }
        }
    }

    /// <summary>Leaves a request out of traces and metrics.</summary>
    public static void Drop(HttpContext context)
    {
        if (context.Features.Get<IHttpActivityFeature>()?.Activity is { } span)
        {
            span.IsAllDataRequested = false;
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }

        if (context.Features.Get<IHttpMetricsTagsFeature>() is { } metrics)
        {
            metrics.MetricsDisabled = true;
        }
    }

    private static void Complete(Activity span, HttpContext context)
    {
        var method = span.GetTagItem("http.request.method") as string ?? "HTTP";
        if ((context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText is { } route)
        {
            span.DisplayName = $"{method} {route}";
            span.SetTag("http.route", route);
        }
        else
        {
            // Few names: what is not routed is named by its method alone.
            span.DisplayName = method;
        }

        var status = context.Response.StatusCode;
        span.SetTag("http.response.status_code", status);
        if (status >= 500)
        {
            span.SetTag("error.type", status.ToString(System.Globalization.CultureInfo.InvariantCulture));
            span.SetStatus(ActivityStatusCode.Error);
        }
    }
}
