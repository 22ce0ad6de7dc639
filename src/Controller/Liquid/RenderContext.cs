namespace Controller.Liquid;

/// <summary>Variables and counters while one template is rendered.</summary>
internal sealed class RenderContext(LiquidEnvironment environment)
{
    private readonly List<Dictionary<string, object?>> _scopes = [new(StringComparer.Ordinal)];

    public LiquidEnvironment Environment { get; } = environment;

    public LiquidBudget Budget => Environment.Budget;

    /// <summary>Turns of the <c>cycle</c> tags, by what they cycle through.</summary>
    public Dictionary<string, int> Cycles { get; } = new(StringComparer.Ordinal);

    /// <summary>The variable of the innermost scope that has one of this name.</summary>
    public object? Find(string name)
    {
        for (var i = _scopes.Count - 1; i >= 0; i--)
        {
            if (_scopes[i].TryGetValue(name, out var value))
            {
                return value;
            }
        }

        return Environment.Variables.TryGetValue(name, out var given) ? given : Undefined.Value;
    }

    /// <summary>Sets a variable for the rest of the template.</summary>
    public void Assign(string name, object? value) => _scopes[0][name] = value;

    /// <summary>Opens the scope of a loop.</summary>
    public Dictionary<string, object?> Push()
    {
        var scope = new Dictionary<string, object?>(StringComparer.Ordinal);
        _scopes.Add(scope);
        return scope;
    }

    public void Pop() => _scopes.RemoveAt(_scopes.Count - 1);
}
