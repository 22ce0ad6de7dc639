using System.Net;

namespace Controller.Identity.Browser;

/// <summary><c>application/x-www-form-urlencoded</c> text, as queries and fragments of OAuth carry it.</summary>
internal static class FormEncoding
{
    /// <summary>Parameters without a value are left out.</summary>
    public static string Encode(IEnumerable<(string Name, string? Value)> parameters) => string.Join(
        '&', parameters.Where(p => p.Value is not null).Select(p => $"{p.Name}={WebUtility.UrlEncode(p.Value)}"));
}
