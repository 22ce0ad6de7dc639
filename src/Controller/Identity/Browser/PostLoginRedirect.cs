using Controller.Configuration;

namespace Controller.Identity.Browser;

/// <summary>Where the Console may be asked to go after a login (decision 38): to places of its own only.</summary>
internal static class PostLoginRedirect
{
    private const int Longest = 2048;

    /// <summary>True for a hash route, a path, or a URL on the Console's or the API's origin.</summary>
    public static bool IsAllowed(string target, ControllerSettings settings)
    {
        // Browsers read a backslash as a slash and drop control characters, which makes //evil out of harmless texts.
        if (target.Length > Longest || target.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c == '\\'))
        {
            return false;
        }

        return target[0] switch
        {
            '#' => true,
            '/' => target.Length == 1 || target[1] != '/',
            _ => IsOrigin(target, settings.Console.Url) || IsOrigin(target, settings.Server.PublicUrl),
        };
    }

    private static bool IsOrigin(string target, string url) =>
        Uri.TryCreate(target, UriKind.Absolute, out var given)
        && Uri.TryCreate(url, UriKind.Absolute, out var own)
        && given.Scheme == own.Scheme
        && given.UserInfo.Length == 0
        && given.GetLeftPart(UriPartial.Authority) == own.GetLeftPart(UriPartial.Authority);
}
