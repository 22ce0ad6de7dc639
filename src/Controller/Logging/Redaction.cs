using System.Text;

namespace Controller.Logging;

/// <summary>What must not be read in a log (runtime 3.1).</summary>
internal static class Redaction
{
    public const string Mask = "[REDACTED]";

    private static readonly string[] Names = ["headers.authorization", "authorization", "jwt", "creds", "cookie", "apikey", "api_key", "id_token_hint"];

    private static readonly string[] Endings = ["token", "password", "privatekey", "private_key"];

    private static readonly string[] Parts = ["seed", "secret"];

    /// <summary>Whether a field or a query parameter of this name holds a secret.</summary>
    public static bool IsSecret(string name) =>
        Array.Exists(Names, n => name.Equals(n, StringComparison.OrdinalIgnoreCase))
        || Array.Exists(Endings, e => name.EndsWith(e, StringComparison.OrdinalIgnoreCase))
        || Array.Exists(Parts, p => name.Contains(p, StringComparison.OrdinalIgnoreCase));

    /// <summary>A path with its query, the values of secret parameters masked.</summary>
    public static string Url(string path, string query)
    {
        if (query.Length <= 1)
        {
            return path;
        }

        var url = new StringBuilder(path);
        var separator = '?';
        foreach (var part in query[1..].Split('&'))
        {
            url.Append(separator);
            separator = '&';
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? part : part[..equals];
            if (equals >= 0 && IsSecretParameter(Uri.UnescapeDataString(name)))
            {
                url.Append(name).Append('=').Append(Mask);
            }
            else
            {
                url.Append(part);
            }
        }

        return url.ToString();
    }

    /// <summary>In a query <c>code</c> is an authorization code, in a log it is an error's.</summary>
    private static bool IsSecretParameter(string name) => name == "code" || IsSecret(name);
}
