namespace Controller.Hosting;

/// <summary>
/// A failure with the status, name and text that the client gets: <c>{ "name", "message" }</c>. The names are the
/// original's error classes, which clients match on (contract api-workloads 1.7).
/// </summary>
internal sealed class ApiException(int status, string name, string message, int? retryAfterSeconds = null, string? error = null, string? code = null)
    : Exception(message)
{
    public int Status { get; } = status;

    public string Name { get; } = name;

    public int? RetryAfterSeconds { get; } = retryAfterSeconds;

    /// <summary>The body's <c>error</c>, which 401 and 403 of the RBAC layer add (decision 30).</summary>
    public string? Error { get; } = error;

    /// <summary>The machine-readable cause that agent authentication adds (agent-wire 4.6).</summary>
    public string? Code { get; } = code;

    public static ApiException Validation(string message) => new(400, "ValidationError", message);

    public static ApiException Authentication(string message) => new(401, "AuthenticationError", message);

    public static ApiException InvalidCredentials(string message) => new(401, "InvalidCredentialsError", message);

    public static ApiException Forbidden(string message) => new(403, "ForbiddenError", message);

    public static ApiException NotFound(string message) => new(404, "NotFoundError", message);

    /// <summary>A name that is taken.</summary>
    public static ApiException Duplicate(string message) => new(409, "DuplicatePropertyError", message);

    public static ApiException Conflict(string message) => new(409, "ConflictError", message);

    public static ApiException TooLarge(long limit) =>
        new(413, "PayloadTooLargeError", $"Request body exceeds the limit of {limit} bytes");

    public static ApiException UnsupportedMediaType(string message) => new(415, "UnsupportedMediaTypeError", message);

    /// <summary>Our own infrastructure cannot serve the request now (decision 10).</summary>
    public static ApiException Unavailable(string message, int retryAfterSeconds = 1) =>
        new(503, "ServiceUnavailableError", message, retryAfterSeconds);
}
