namespace Controller.ConsoleSite;

/// <summary>How long browsers may keep a file of the Console.</summary>
internal static class CacheRules
{
    public const string Ask = "no-cache";

    public const string Never = "no-store";

    private const string Forever = "public, max-age=31536000, immutable";

    private const string Day = "public, max-age=86400";

    public static string Of(PathString path) =>
        path.StartsWithSegments("/assets") && HasHash(Path.GetFileNameWithoutExtension(path.Value!)) ? Forever
        : path.StartsWithSegments("/branding") ? Day
        : Ask;

    /// <summary>Whether a name ends in a hash as bundlers add one (<c>index-B3kf9_2a</c>, <c>main.8e1f2a3b</c>).</summary>
    private static bool HasHash(string name)
    {
        const int shortest = 8;
        var start = name.IndexOfAny(['-', '.']);
        return start >= 0
            && name.Length - start - 1 >= shortest
            && name.AsSpan(name.Length - shortest).ContainsAnyInRange('0', '9') | ContainsUpper(name.AsSpan(name.Length - shortest));
    }

    private static bool ContainsUpper(ReadOnlySpan<char> text) => text.ContainsAnyInRange('A', 'Z');
}
