using System.Text;

namespace Controller.Liquid;

/// <summary>Collects output. What comes alone keeps its type; as soon as there is text beside it, all is text.</summary>
internal sealed class Emitter(LiquidBudget budget)
{
    private object? _alone = "";
    private StringBuilder? _text;

    public object? Value => _text?.ToString() ?? _alone;

    /// <exception cref="LiquidLimitException"/>
    public void Write(object? value)
    {
        value = Values.Plain(value);
        if (_text is null && _alone is "")
        {
            if (value is string { Length: > 0 } text)
            {
                budget.Write(text.Length);
            }

            _alone = value;
            return;
        }

        _text ??= new StringBuilder(Values.Text(_alone, budget));
        _text.Append(Values.Text(value, budget));
    }
}
