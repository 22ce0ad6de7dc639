namespace Controller.Hosting;

/// <summary>Small readings of a request.</summary>
internal static class RequestExtensions
{
    /// <summary>A parameter of the path, URL-decoded.</summary>
    /// <exception cref="ApiException">400 when it holds a null character.</exception>
    public static string PathValue(this HttpContext context, string name)
    {
        var value = (string?)context.Request.RouteValues[name] ?? "";
        return value.Contains('\0', StringComparison.Ordinal)
            ? throw ApiException.Validation($"Invalid format for field '{name}'")
            : value;
    }

    /// <summary>A query parameter; null when absent or empty.</summary>
    public static string? QueryValue(this HttpContext context, string name) =>
        context.Request.Query.TryGetValue(name, out var values) && values.Count > 0 && !string.IsNullOrEmpty(values[0])
            ? values[0]!.Replace("\0", "", StringComparison.Ordinal)
            : null;

    /// <summary>The id that the caller gave the request (header <c>request-id</c>); null when it gave none that is fit to keep.</summary>
    public static string? RequestId(this HttpContext context)
    {
        const int longest = 128;
        var values = context.Request.Headers[ResponseHead.Names.RequestId];
        return values.Count > 0 && values[0] is { Length: > 0 and <= longest } id && id.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0
            ? id
            : null;
    }

    /// <summary>The client's address, IPv4 in its own form also when it came in over an IPv6 socket.</summary>
    public static string? ClientAddress(this HttpContext context) => context.Connection.RemoteIpAddress is { } address
        ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString()
        : null;
}
