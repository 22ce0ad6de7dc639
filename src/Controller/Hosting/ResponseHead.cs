using System.Globalization;

namespace Controller.Hosting;

/// <summary>
/// The headers that every answer of the API has, errors included: the time, the caller's request id, and for others
/// than agents what browsers need. Answers CORS preflights.
/// </summary>
internal sealed class ResponseHead(Cors cors, TimeProvider time)
{
    /// <summary>Sets the headers; again after an error has cleared them.</summary>
    /// <returns>True when the request comes from a script of an allowed origin.</returns>
    public bool Apply(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers[Names.Timestamp] = time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        if (context.RequestId() is { } id)
        {
            headers[Names.RequestId] = id;
        }

        if (ErrorHandling.IsAgentPath(context))
        {
            return false;
        }

        SecurityHeaders.Apply(headers);
        return cors.Apply(context);
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (Apply(context) && Cors.IsPreflight(context))
        {
            Cors.AnswerPreflight(context);
            return Task.CompletedTask;
        }

        return next(context);
    }

    public static class Names
    {
        public const string Timestamp = "X-Timestamp";

        public const string RequestId = "request-id";
    }
}
