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
}
