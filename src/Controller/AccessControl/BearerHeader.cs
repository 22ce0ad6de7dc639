namespace Controller.AccessControl;

/// <summary>The token in a request's <c>Authorization</c> header.</summary>
internal static class BearerHeader
{
    private const string Scheme = "Bearer ";

    /// <param name="context">The request.</param>
    /// <param name="acceptBare">Takes the header's whole value when it names no scheme, as old clients send it (auth-rbac 6.3).</param>
    /// <returns>Null when there is none.</returns>
    public static string? Token(HttpContext context, bool acceptBare = false)
    {
        var header = context.Request.Headers.Authorization.ToString();
        var token = header.StartsWith(Scheme, StringComparison.Ordinal) ? header[Scheme.Length..].Trim()
            : acceptBare && !header.Contains(' ', StringComparison.Ordinal) ? header
            : "";
        return token.Length == 0 ? null : token;
    }
}
