using System.Text;

namespace Controller.Configuration;

/// <summary>PEM text from a file or from base64.</summary>
internal static class PemSource
{
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static string FromFile(string path) => File.ReadAllText(path);

    /// <exception cref="FormatException">Not base64.</exception>
    public static string FromBase64(string base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64));
}
