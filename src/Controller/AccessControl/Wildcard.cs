namespace Controller.AccessControl;

/// <summary>Patterns in which <c>*</c> stands for any run of characters, the empty one included.</summary>
internal static class Wildcard
{
    /// <summary>Whether the whole text fits. At most pattern times text steps, whatever the pattern.</summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        var (p, t) = (0, 0);
        // Where the last star stands and how far it reaches; only that one ever needs to reach further.
        var (star, reach) = (-1, 0);
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                reach = t;
            }
            else if (p < pattern.Length && pattern[p] == text[t])
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++reach;
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].TrimStart('*').IsEmpty;
    }
}
