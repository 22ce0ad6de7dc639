namespace Controller.Sql;

/// <summary>Cuts the text of a SQL file into statements.</summary>
internal static class SqlScript
{
    /// <summary>
    /// The statements of a script, trimmed, without comments in front of them and without the semicolon. A semicolon in
    /// a quoted string or name, in a comment or in a dollar-quoted PostgreSQL body ends nothing. Bodies of triggers and
    /// routines that are not quoted (SQLite, MySQL) are not understood; no migration has one.
    /// </summary>
    /// <exception cref="FormatException">A quote or block comment is never closed.</exception>
    public static IReadOnlyList<string> Split(string script, SqlFlavor flavor)
    {
        var statements = new List<string>();
        var start = -1; // Where the current statement begins; -1 while only blanks and comments were seen.
        var at = 0;
        while (at < script.Length)
        {
            var afterComment = SkipComment(script, at, flavor);
            if (afterComment != at)
            {
                at = afterComment;
                continue;
            }

            var c = script[at];
            if (c == ';')
            {
                if (start >= 0)
                {
                    statements.Add(script[start..at].TrimEnd());
                    start = -1;
                }

                at++;
                continue;
            }

            if (start < 0 && !char.IsWhiteSpace(c))
            {
                start = at;
            }

            at = c switch
            {
                '\'' or '"' or '`' => SkipQuoted(script, at, flavor),
                '$' when flavor == SqlFlavor.Postgres => SkipDollarQuoted(script, at),
                _ => at + 1,
            };
        }

        if (start >= 0)
        {
            statements.Add(script[start..].TrimEnd());
        }

        return statements;
    }

    private static int SkipComment(string script, int at, SqlFlavor flavor)
    {
        var rest = script.AsSpan(at);
        if (rest.StartsWith("--") || (flavor == SqlFlavor.MySql && rest.StartsWith("#")))
        {
            var end = rest.IndexOf('\n');
            return end < 0 ? script.Length : at + end + 1;
        }

        if (!rest.StartsWith("/*"))
        {
            return at;
        }

        // PostgreSQL nests block comments, the others do not.
        var depth = 0;
        for (var i = at; i + 1 < script.Length; i++)
        {
            var pair = script.AsSpan(i, 2);
            if (pair is "/*" && (depth == 0 || flavor == SqlFlavor.Postgres))
            {
                depth++;
                i++;
            }
            else if (pair is "*/")
            {
                i++;
                if (--depth == 0)
                {
                    return i + 1;
                }
            }
        }

        throw new FormatException("A block comment is not closed.");
    }

    private static int SkipQuoted(string script, int at, SqlFlavor flavor)
    {
        var quote = script[at];
        var escapes = flavor switch
        {
            SqlFlavor.MySql => quote != '`',
            // E'...' of PostgreSQL; an identifier that merely ends in e cannot stand before a quote.
            SqlFlavor.Postgres => quote == '\'' && at > 0 && script[at - 1] is 'E' or 'e',
            _ => false,
        };
        for (var i = at + 1; i < script.Length; i++)
        {
            if (escapes && script[i] == '\\')
            {
                i++;
            }
            else if (script[i] == quote)
            {
                if (i + 1 < script.Length && script[i + 1] == quote)
                {
                    i++;
                }
                else
                {
                    return i + 1;
                }
            }
        }

        throw new FormatException($"A {quote} is not closed.");
    }

    private static int SkipDollarQuoted(string script, int at)
    {
        var tagEnd = at + 1;
        while (tagEnd < script.Length && (char.IsAsciiLetterOrDigit(script[tagEnd]) || script[tagEnd] == '_'))
        {
            tagEnd++;
        }

        if (tagEnd >= script.Length || script[tagEnd] != '$' || char.IsAsciiDigit(script[at + 1]))
        {
            return at + 1; // A parameter such as $1, or a $ inside a name.
        }

        var tag = script.AsSpan(at, tagEnd + 1 - at);
        var close = script.AsSpan(tagEnd + 1).IndexOf(tag);
        return close < 0
            ? throw new FormatException($"The quote {tag} is not closed.")
            : tagEnd + 1 + close + tag.Length;
    }
}
