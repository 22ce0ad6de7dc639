using System.Data.Common;
using System.Globalization;

namespace Controller.Sql;

/// <summary>
/// One row of a result, read from left to right: each call takes the next column, so a mapping reads like the
/// column list of its SELECT.
/// </summary>
public sealed class SqlRow
{
    private readonly DbDataReader _reader;
    private readonly Dialect _dialect;
    private int _next;

    internal SqlRow(DbDataReader reader, Dialect dialect)
    {
        _reader = reader;
        _dialect = dialect;
    }

    internal void Rewind() => _next = 0;

    /// <summary>A text column; NULL reads as the empty text.</summary>
    public string Text() => TextOrNull() ?? "";

    /// <summary>A text column.</summary>
    public string? TextOrNull()
    {
        var i = _next++;
        return _reader.IsDBNull(i) ? null : _reader.GetString(i);
    }

    /// <summary>An integer column; NULL reads as 0.</summary>
    public int Int() => IntOrNull() ?? 0;

    /// <summary>An integer column.</summary>
    public int? IntOrNull() => checked((int?)LongOrNull());

    /// <summary>An integer column of 64 bits; NULL reads as 0.</summary>
    public long Long() => LongOrNull() ?? 0;

    /// <summary>An integer column of 64 bits.</summary>
    public long? LongOrNull()
    {
        var i = _next++;
        if (_reader.IsDBNull(i))
        {
            return null;
        }

        // Aggregates come as decimal on some engines; SQLite may hold a whole number as REAL.
        return _reader.GetFieldType(i) == typeof(long)
            ? _reader.GetInt64(i)
            : Convert.ToInt64(_reader.GetValue(i), CultureInfo.InvariantCulture);
    }

    /// <summary>A floating point column; NULL reads as 0.</summary>
    public double Double() => DoubleOrNull() ?? 0;

    /// <summary>A floating point column.</summary>
    public double? DoubleOrNull()
    {
        var i = _next++;
        return _reader.IsDBNull(i) ? null : Convert.ToDouble(_reader.GetValue(i), CultureInfo.InvariantCulture);
    }

    /// <summary>A boolean column; NULL reads as false.</summary>
    public bool Bool() => BoolOrNull() ?? false;

    /// <summary>A boolean column.</summary>
    public bool? BoolOrNull()
    {
        var i = _next++;
        return _reader.IsDBNull(i) ? null : _reader.GetBoolean(i);
    }

    /// <summary>A key column of whatever type, to be handed back as a parameter.</summary>
    public object Value() => _reader.GetValue(_next++);

    /// <summary>A DATETIME column that is not null.</summary>
    public DateTimeOffset Time() => TimeOrNull() ?? default;

    /// <summary>A DATETIME column.</summary>
    public DateTimeOffset? TimeOrNull()
    {
        var i = _next++;
        return _reader.IsDBNull(i) ? null : _dialect.FromDatabase(_reader.GetValue(i));
    }
}
