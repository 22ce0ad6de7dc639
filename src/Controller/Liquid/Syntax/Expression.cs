namespace Controller.Liquid.Syntax;

/// <summary>Something that has a value.</summary>
internal abstract class Expression
{
    /// <summary>As it stands in the template.</summary>
    public string Text { get; set; } = "";

    /// <exception cref="LiquidLimitException"/>
    public abstract object? Evaluate(RenderContext context);
}

/// <summary>A value that is written out.</summary>
internal sealed class Literal(object? value) : Expression
{
    public object? Value => value;

    public override object? Evaluate(RenderContext context) => value;

    /// <summary>What a word stands for; null when it is the name of a variable.</summary>
    public static Literal? Named(string word) => word switch
    {
        "true" => new Literal(true),
        "false" => new Literal(false),
        "nil" or "null" => new Literal(null),
        "empty" => new Literal(Emptiness.Empty),
        "blank" => new Literal(Emptiness.Blank),
        _ => null,
    };
}

/// <summary>The words <c>empty</c> and <c>blank</c>, which other values are compared with.</summary>
internal sealed class Emptiness : IDrop
{
    public static readonly Emptiness Empty = new(blank: false);
    public static readonly Emptiness Blank = new(blank: true);

    private readonly bool _blank;

    private Emptiness(bool blank) => _blank = blank;

    public object? Plain => "";

    public object? Member(string name) => Undefined.Value;

    public bool Fits(object? value) => value switch
    {
        string text => text.Length == 0 || (_blank && string.IsNullOrWhiteSpace(text)),
        List<object?> list => list.Count == 0,
        OrderedDictionary<string, object?> map => map.Count == 0,
        null or Undefined or false => _blank,
        _ => false,
    };
}

/// <summary>A variable, or a member of one.</summary>
internal sealed class Variable(string name, IReadOnlyList<Expression> path) : Expression
{
    public override object? Evaluate(RenderContext context)
    {
        context.Budget.Step();
        var value = context.Find(name);
        foreach (var step in path)
        {
            var member = step is Literal { Value: string text } ? text : Values.Text(step.Evaluate(context), context.Budget);
            context.Budget.Step();
            value = Values.Member(value, member);
        }

        return value;
    }
}

/// <summary>Whole numbers from one to another, both included.</summary>
internal sealed class RangeExpression(Expression low, Expression high) : Expression
{
    public override object? Evaluate(RenderContext context)
    {
        var (first, last) = (Values.Number(low.Evaluate(context)), Values.Number(high.Evaluate(context)));
        var numbers = new List<object?>();
        for (var number = first; number <= last; number++)
        {
            context.Budget.Step();
            numbers.Add(number);
        }

        return numbers;
    }
}
