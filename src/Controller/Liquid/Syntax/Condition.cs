namespace Controller.Liquid.Syntax;

/// <summary>
/// Values joined by operators, kept in the order in which a stack works them off: however long the chain is, nothing
/// recurses.
/// </summary>
/// <param name="postfix">Operands as <see cref="Expression"/>, operators as text.</param>
internal sealed class Condition(IReadOnlyList<object> postfix)
{
    /// <exception cref="LiquidLimitException"/>
    public object? Evaluate(RenderContext context)
    {
        var operands = new Stack<object?>();
        foreach (var part in postfix)
        {
            context.Budget.Step();
            if (part is Expression operand)
            {
                operands.Push(operand.Evaluate(context));
                continue;
            }

            var right = operands.Pop();
            var left = operands.Pop();
            context.Budget.Read(left);
            context.Budget.Read(right);
            operands.Push(Apply((string)part, left, right, context.Budget));
        }

        return operands.Count > 0 ? operands.Peek() : Undefined.Value;
    }

    /// <exception cref="LiquidLimitException"/>
    public bool IsTrue(RenderContext context) => Values.IsTruthy(Values.Plain(Evaluate(context)));

    private static bool Apply(string name, object? left, object? right, LiquidBudget budget) => name switch
    {
        "==" => AreEqual(left, right),
        "!=" => !AreEqual(left, right),
        ">" => Values.Compare(left, right) > 0,
        "<" => Values.Compare(left, right) < 0,
        ">=" => Values.Compare(left, right) >= 0,
        "<=" => Values.Compare(left, right) <= 0,
        "and" => Values.IsTruthy(left) && Values.IsTruthy(right),
        "or" => Values.IsTruthy(left) || Values.IsTruthy(right),
        _ => Contains(left, right, budget),
    };

    private static bool AreEqual(object? left, object? right) =>
        left is Emptiness l ? l.Fits(right)
        : right is Emptiness r ? r.Fits(left)
        : Values.AreEqual(left, right);

    private static bool Contains(object? container, object? item, LiquidBudget budget)
    {
        switch (container)
        {
            case string text:
                var pattern = Values.Text(item, budget);
                budget.Search(text, pattern);
                return text.Contains(pattern, StringComparison.Ordinal);
            case List<object?> list:
                budget.Step(list.Count);
                return list.Exists(i =>
                {
                    budget.Read(i);
                    return Values.AreEqual(i, item);
                });
            default:
                return false;
        }
    }
}

/// <summary>Puts operands and operators into the order of work: comparisons first, <c>and</c> and <c>or</c> from the right.</summary>
internal sealed class ConditionBuilder
{
    private readonly List<object> _postfix = [];
    private readonly Stack<string> _operators = new();

    public void Add(Expression operand) => _postfix.Add(operand);

    public void Add(string name)
    {
        while (_operators.TryPeek(out var top) && BindsTighter(top) && !BindsTighter(name))
        {
            _postfix.Add(_operators.Pop());
        }

        _operators.Push(name);
    }

    public Condition Build()
    {
        while (_operators.TryPop(out var name))
        {
            _postfix.Add(name);
        }

        return new Condition(_postfix);
    }

    private static bool BindsTighter(string name) => name is not ("and" or "or");
}
