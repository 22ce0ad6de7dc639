using Controller.Configuration;
using Microsoft.Extensions.Primitives;

namespace Controller.Hosting;

/// <summary>
/// Lets the browser call the API from exactly two origins: the Console's and the API's own (decision 37). Requests of
/// other origins are served as well, but their scripts may not read the answers.
/// </summary>
internal sealed class Cors(ControllerSettings settings)
{
    private const string Methods = "GET,HEAD,PUT,PATCH,POST,DELETE";

    private readonly string? _console = Origin(settings.Console.Url);
    private readonly string? _api = Origin(settings.Server.PublicUrl);

    /// <summary>Sets the headers of an answer.</summary>
    /// <returns>True when the request's origin is allowed.</returns>
    public bool Apply(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.Vary = "Origin";
        var origin = context.Request.Headers.Origin;
        if (!IsAllowed(origin))
        {
            return false;
        }

        headers.AccessControlAllowOrigin = origin;
        headers.AccessControlAllowCredentials = "true";
        return true;
    }

    /// <summary>Whether a request of an allowed origin is a preflight, to be answered here, before any access check.</summary>
    public static bool IsPreflight(HttpContext context) =>
        HttpMethods.IsOptions(context.Request.Method) && context.Request.Headers.AccessControlRequestMethod.Count > 0;

    public static void AnswerPreflight(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.AccessControlAllowMethods = Methods;
        if (context.Request.Headers.AccessControlRequestHeaders is { Count: > 0 } requested)
        {
            headers.AccessControlAllowHeaders = requested;
        }

        headers.Vary = "Origin, Access-Control-Request-Headers";
        headers.ContentLength = 0;
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private bool IsAllowed(StringValues origin) =>
        origin.Count == 1 && origin[0] is { } text && (text == _console || text == _api);

    /// <summary>Scheme, host and port as a browser sends them; null when it is no URL.</summary>
    private static string? Origin(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) ? uri.GetLeftPart(UriPartial.Authority) : null;
}
