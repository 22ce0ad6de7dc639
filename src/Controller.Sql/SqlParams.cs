using System.Collections;

namespace Controller.Sql;

/// <summary>The named parameters of one statement; use with a collection initializer.</summary>
public sealed class SqlParams : IEnumerable<KeyValuePair<string, object?>>
{
    private readonly List<KeyValuePair<string, object?>> _items = [];

    /// <summary>Adds a parameter; null becomes SQL NULL.</summary>
    public void Add(string name, object? value) => _items.Add(new(name, value));

    /// <summary>Adds one parameter per value and returns the list for an IN clause; an empty list matches nothing.</summary>
    public string In<T>(string prefix, IEnumerable<T> values)
    {
        var names = new List<string>();
        foreach (var value in values)
        {
            var name = $"{prefix}{names.Count}";
            names.Add("@" + name);
            Add(name, value);
        }

        return names.Count == 0 ? "(NULL)" : $"({string.Join(", ", names)})";
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
