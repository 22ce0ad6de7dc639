using System.Globalization;
using System.Text;

namespace Controller.Liquid.Syntax;

/// <summary>Reads what stands inside a tag or an output: values, conditions, filters and named arguments.</summary>
internal sealed class ExpressionReader(string text, int start = 0)
{
    private const int MostNested = 32;

    private static readonly string[] Operators = ["==", "!=", ">=", "<=", ">", "<", "contains", "and", "or"];

    private int _at = start;
    private int _depth;

    public bool IsAtEnd => _at >= text.Length;

    public string Rest => text[_at..];

    private char Current => _at < text.Length ? text[_at] : '\0';

    public void SkipBlanks()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
        {
            _at++;
        }
    }

    /// <summary>Goes past a character if it is the next one after blanks.</summary>
    public bool Take(char c)
    {
        SkipBlanks();
        if (Current != c)
        {
            return false;
        }

        _at++;
        return true;
    }

    /// <summary>Goes past the next <paramref name="c"/>, or to the end.</summary>
    public void SkipPast(char c)
    {
        var found = _at < text.Length ? text.IndexOf(c, _at) : -1;
        _at = found < 0 ? text.Length : found + 1;
    }

    /// <summary>A name: letters, digits, <c>_</c>, <c>-</c> and <c>?</c>; empty when there is none.</summary>
    public string ReadIdentifier()
    {
        SkipBlanks();
        var begin = _at;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '_' or '-' or '?'))
        {
            _at++;
        }

        return text[begin.._at];
    }

    /// <summary>One value; null when there is none.</summary>
    /// <exception cref="LiquidFault">A range that is not complete.</exception>
    /// <exception cref="LiquidLimitException"/>
    public Expression? ReadValue()
    {
        if (++_depth > MostNested)
        {
            throw new LiquidLimitException($"Template has an expression nested deeper than {MostNested} levels");
        }

        SkipBlanks();
        var begin = _at;
        var value = ReadQuoted() is { } quoted ? new Literal(quoted)
            : Current == '(' ? ReadRange()
            : Current == '[' ? ReadBracketed()
            : ReadVariable();
        _depth--;
        if (value is not null)
        {
            value.Text = text[begin.._at];
        }

        return value;
    }

    /// <summary>Values joined by operators.</summary>
    /// <exception cref="LiquidFault"/>
    public Condition ReadCondition()
    {
        var condition = new ConditionBuilder();
        if (ReadValue() is not { } first)
        {
            return condition.Build();
        }

        condition.Add(first);
        while (ReadOperator() is { } name && ReadValue() is { } operand)
        {
            condition.Add(name);
            condition.Add(operand);
        }

        return condition.Build();
    }

    /// <summary>A value and the filters it goes through.</summary>
    /// <exception cref="LiquidFault">Something else than a filter follows.</exception>
    public FilteredValue ReadFiltered()
    {
        var value = ReadValue();
        var filters = new List<FilterCall>();
        while (true)
        {
            SkipBlanks();
            if (IsAtEnd)
            {
                break;
            }

            if (!Take('|'))
            {
                throw new LiquidFault($"unexpected token at {Scanner.Excerpt(text, _at)}");
            }

            var name = ReadIdentifier();
            if (name.Length == 0)
            {
                break;
            }

            filters.Add(new FilterCall(name, ReadArguments()));
        }

        return new FilteredValue(value, filters);
    }

    /// <summary>Named arguments: <c>limit:2 reversed</c>. A name without a value is there with none.</summary>
    /// <exception cref="LiquidFault"/>
    public Dictionary<string, Expression?> ReadNamed()
    {
        var named = new Dictionary<string, Expression?>(StringComparer.Ordinal);
        while (true)
        {
            _ = Take(',');
            var name = ReadIdentifier();
            if (name.Length == 0)
            {
                return named;
            }

            named[name] = Take(':') ? ReadValue() : null;
        }
    }

    /// <summary>A quoted text with its escapes resolved; null when there is none. An unclosed one goes to the end.</summary>
    public string? ReadQuoted()
    {
        SkipBlanks();
        var quote = Current;
        if (quote is not ('"' or '\''))
        {
            return null;
        }

        _at++;
        var value = new StringBuilder();
        while (_at < text.Length && text[_at] != quote)
        {
            if (text[_at] == '\\' && _at + 1 < text.Length)
            {
                _at++;
                value.Append(ReadEscape());
            }
            else
            {
                value.Append(text[_at++]);
            }
        }

        _at = Math.Min(_at + 1, text.Length);
        return value.ToString();
    }

    private char ReadEscape()
    {
        var c = text[_at++];
        switch (c)
        {
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'v':
                return '\v';
            case 'u':
                return ReadCode(16, 4, char.IsAsciiHexDigit);
            case >= '0' and <= '7':
                _at--;
                return ReadCode(8, 3, d => d is >= '0' and <= '7');
            default:
                return c;
        }
    }

    private char ReadCode(int radix, int digits, Func<char, bool> isDigit)
    {
        var code = 0;
        for (var i = 0; i < digits && isDigit(Current); i++)
        {
            code = (code * radix) + Convert.ToInt32(text[_at++].ToString(), 16);
        }

        return (char)code;
    }

    private List<FilterArgument> ReadArguments()
    {
        var arguments = new List<FilterArgument>();
        if (!Take(':'))
        {
            return arguments;
        }

        do
        {
            if (ReadValue() is { } value)
            {
                arguments.Add(Take(':') ? new FilterArgument(value.Text, ReadValue()) : new FilterArgument(null, value));
            }

            while (_at < text.Length && text[_at] is not (',' or '|'))
            {
                _at++;
            }
        }
        while (Take(','));

        return arguments;
    }

    private string? ReadOperator()
    {
        SkipBlanks();
        foreach (var name in Operators)
        {
            if (string.CompareOrdinal(text, _at, name, 0, name.Length) == 0
                && !(char.IsAsciiLetter(name[0]) && _at + name.Length < text.Length && char.IsAsciiLetterOrDigit(text[_at + name.Length])))
            {
                _at += name.Length;
                return name;
            }
        }

        return null;
    }

    private RangeExpression ReadRange()
    {
        _at++;
        var low = ReadRangeEnd();
        _at = Math.Min(_at + 2, text.Length);
        var high = ReadRangeEnd();
        _at = Math.Min(_at + 1, text.Length);
        return new RangeExpression(low, high);
    }

    private Expression ReadRangeEnd()
    {
        var begin = _at;
        return ReadValue() ?? throw new LiquidFault($"unexpected token {Scanner.Excerpt(text, begin)}, value expected");
    }

    private Variable? ReadBracketed()
    {
        _at++;
        return ReadQuoted() is { } name && Take(']') ? new Variable(name, []) : null;
    }

    private Expression? ReadVariable()
    {
        var name = ReadIdentifier();
        if (name.Length == 0)
        {
            return null;
        }

        var path = new List<Expression>();
        var fraction = "";
        var isNumber = IsDigits(name.AsSpan(name[0] == '-' ? 1 : 0));
        while (true)
        {
            if (Current == '[')
            {
                _at++;
                isNumber = false;
                path.Add(ReadValue() ?? new Literal(""));
                SkipPast(']');
            }
            else if (Current == '.' && !(_at + 1 < text.Length && text[_at + 1] == '.'))
            {
                _at++;
                var member = ReadIdentifier();
                if (member.Length == 0)
                {
                    break;
                }

                isNumber &= IsDigits(member);
                fraction = path.Count == 0 ? "." + member : fraction;
                path.Add(new Literal(member));
            }
            else
            {
                break;
            }
        }

        return isNumber ? new Literal(double.Parse(name + fraction, NumberStyles.Float, CultureInfo.InvariantCulture))
            : path.Count == 0 && Literal.Named(name) is { } literal ? literal
            : new Variable(name, path);
    }

    private static bool IsDigits(ReadOnlySpan<char> name) => name.Length > 0 && !name.ContainsAnyExceptInRange('0', '9');
}
