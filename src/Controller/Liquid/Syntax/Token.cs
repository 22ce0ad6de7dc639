namespace Controller.Liquid.Syntax;

internal enum TokenKind
{
    /// <summary>Text that stays as it is.</summary>
    Text,

    /// <summary><c>{{ … }}</c></summary>
    Output,

    /// <summary><c>{% … %}</c></summary>
    Tag,
}

/// <summary>A piece of a template: from <paramref name="Begin"/> up to <paramref name="End"/> of the source.</summary>
/// <param name="Content">Of a text: what is left after trimming. Of others: what is between the delimiters.</param>
internal sealed record Token(TokenKind Kind, string Source, int Begin, int End, string Content)
{
    /// <summary>Name of the tag; empty for the other kinds.</summary>
    public string Name { get; init; } = "";

    /// <summary>What follows the tag's name.</summary>
    public string Arguments { get; init; } = "";

    /// <summary><c>{%-</c>: blanks before it go.</summary>
    public bool TrimsBefore { get; init; }

    /// <summary><c>-%}</c>: blanks after it go.</summary>
    public bool TrimsAfter { get; init; }

    /// <summary>As it stands in the source.</summary>
    public string Raw => Source[Begin..End];
}
