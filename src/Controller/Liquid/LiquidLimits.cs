namespace Controller.Liquid;

/// <summary>What the templates of one request may cost together.</summary>
/// <param name="Steps">Tags, outputs, filters, loop turns and values looked at.</param>
/// <param name="Characters">Text produced, intermediate results included.</param>
/// <param name="Depth">Levels of nested tags, of nested expressions, and of the JSON that comes out.</param>
internal sealed record LiquidLimits(long Steps, long Characters, int Depth)
{
    /// <summary>The depth is that of the JSON reader which the result goes to.</summary>
    public static LiquidLimits Default { get; } = new(Steps: 1_000_000, Characters: 8_000_000, Depth: 64);
}

/// <summary>Counts what rendering costs. Every loop and every copy in the engine asks here first, so no template runs away.</summary>
internal sealed class LiquidBudget(LiquidLimits limits)
{
    /// <summary>Characters that are compared or searched in the time of one step.</summary>
    private const int CharactersPerStep = 256;

    /// <summary>Comparisons that a search may make in the time of one step, if text and pattern are made to make it slow.</summary>
    private const int ComparisonsPerStep = 65536;

    private long _steps = limits.Steps;
    private long _characters = limits.Characters;

    /// <exception cref="LiquidLimitException"/>
    public void Step(long count = 1)
    {
        _steps -= count;
        if (_steps < 0)
        {
            throw new LiquidLimitException($"Template takes more than {limits.Steps} steps");
        }
    }

    /// <summary>A text that is read from end to end.</summary>
    /// <exception cref="LiquidLimitException"/>
    public void Read(object? value)
    {
        if (value is string text)
        {
            Step(text.Length / CharactersPerStep);
        }
    }

    /// <summary>A search, which at worst looks at the whole pattern at every place of the text.</summary>
    /// <exception cref="LiquidLimitException"/>
    public void Search(string text, string pattern) => Step((long)text.Length * pattern.Length / ComparisonsPerStep);

    /// <summary>Text that is about to be made.</summary>
    /// <exception cref="LiquidLimitException"/>
    public void Write(long characters)
    {
        _characters -= characters;
        if (_characters < 0)
        {
            throw new LiquidLimitException($"Template produces more than {limits.Characters} characters");
        }
    }

    /// <exception cref="LiquidLimitException"/>
    public void Enter(int depth)
    {
        if (depth > limits.Depth)
        {
            throw new LiquidLimitException($"Template is nested deeper than {limits.Depth} levels");
        }
    }
}
