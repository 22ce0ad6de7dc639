using Controller.Identity.External;
using Controller.Manifests;
using Controller.Secrets;
using Controller.Sql;

namespace Controller.Hosting;

/// <summary>
/// The only place where a failure becomes a response: every one is JSON with a name and a message (decision 30),
/// unknown routes and wrong methods included.
/// </summary>
internal sealed partial class ErrorHandling(ResponseHead head, ILogger<ErrorHandling> log)
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
            if (!context.Response.HasStarted && context.GetEndpoint()?.Metadata.GetMetadata<ApiRoute>() is null)
            {
                await AnswerUnroutedAsync(context);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException and not BadHttpRequestException && context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to answer.
        }
        catch (Exception e)
        {
            var error = Translate(e);
            if (error.Status == 500)
            {
                Unhandled(log, e, context.Request.Method, context.Request.Path.Value);
            }
            else if (error.Status == 503)
            {
                Unavailable(log, error.Message, e.InnerException?.Message ?? e.Message);
            }

            if (context.Response.HasStarted)
            {
                context.Abort();
                return;
            }

            context.Response.Clear();
            head.Apply(context);
            await RespondAsync(context, error);
        }
    }

    /// <summary>Writes the body of <paramref name="error"/> in the form of the route's clients.</summary>
    public static Task RespondAsync(HttpContext context, ApiException error)
    {
        if (error.RetryAfterSeconds is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return error switch
        {
            { Status: 503 } when IsAgentPath(context) => context.RespondAsync(
                503,
                new AgentErrorBody(error.Name, error.Message, "Service Unavailable", error.Code ?? "CONTROLLER_DB_UNAVAILABLE", true),
                ErrorJson.Default.AgentErrorBody),
            { Code: { } code } => context.RespondAsync(
                error.Status, new AgentErrorBody(error.Name, error.Message, "Unauthorized", code, false), ErrorJson.Default.AgentErrorBody),
            _ => context.RespondAsync(error.Status, new ErrorBody(error.Name, error.Message, error.Error), ErrorJson.Default.ErrorBody),
        };
    }

    public static bool IsAgentPath(HttpContext context) =>
        context.Request.Path.StartsWithSegments(ApiRoutes.Base + "/agent", StringComparison.OrdinalIgnoreCase);

    private static ApiException Translate(Exception e) => e switch
    {
        ApiException api => api,
        DatabaseException { Fault: DatabaseFault.Unavailable or DatabaseFault.Conflict } =>
            ApiException.Unavailable("Database temporarily unavailable"),
        IdentityProviderException => ApiException.Unavailable("Identity provider temporarily unavailable", retryAfterSeconds: 2),
        // A race that the checks before the write could not see.
        DatabaseException { Fault: DatabaseFault.UniqueViolation } => ApiException.Duplicate("The object was created or changed by another request"),
        DatabaseException { Fault: DatabaseFault.ForeignKeyViolation } => ApiException.Conflict("An object that this request refers to was removed by another request"),
        // The master key changed or the row is damaged: ours to mend, and never a reason to refuse an agent for good.
        SecretUnreadableException => ApiException.Unavailable("A stored secret cannot be read"),
        ManifestException manifest => ApiException.Validation(manifest.Message),
        DatabaseException { Fault: DatabaseFault.InvalidValue } => ApiException.Validation("A value is too long or out of range"),
        BadHttpRequestException bad => Refused(bad.StatusCode),
        _ => new ApiException(500, "InternalError", "Internal server error"),
    };

    /// <summary>Name and text of what the server itself refuses.</summary>
    public static (string Name, string Message) Describe(int status) => status switch
    {
        408 => ("RequestTimeoutError", "The request was not completed in time"),
        413 => ("PayloadTooLargeError", "Request body is too large"),
        414 => ("UriTooLongError", "The request line is too long"),
        431 => ("RequestHeadersTooLargeError", "The request's headers are too large"),
        505 => ("HttpVersionNotSupportedError", "The protocol version is not supported"),
        _ => ("BadRequestError", "Malformed request"),
    };

    private static ApiException Refused(int status)
    {
        var (name, message) = Describe(status);
        return new ApiException(status, name, message);
    }

    private static Task AnswerUnroutedAsync(HttpContext context)
    {
        // Routing answers a known path with a wrong method by a 405 endpoint that has set Allow.
        if (context.Response.StatusCode == StatusCodes.Status405MethodNotAllowed)
        {
            if (HttpMethods.IsOptions(context.Request.Method))
            {
                return context.RespondAsync(StatusCodes.Status200OK);
            }

            return RespondAsync(context, new ApiException(405, "MethodNotAllowedError", $"Method {context.Request.Method} is not allowed here"));
        }

        return context.Response.StatusCode == StatusCodes.Status404NotFound
            ? RespondAsync(context, ApiException.NotFound($"Cannot {context.Request.Method} {context.Request.Path}"))
            : Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{method} {path} failed")]
    private static partial void Unhandled(ILogger log, Exception e, string method, string? path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Answered 503: {message}: {cause}")]
    private static partial void Unavailable(ILogger log, string message, string cause);
}
