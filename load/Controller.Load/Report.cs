using System.Globalization;
using System.Text.Json;
using HdrHistogram;

namespace Controller.Load;

/// <summary>The figures of one run: printed for people, as table lines, or as JSON.</summary>
internal sealed class Report(string command)
{
    private readonly List<(string Metric, double? Number, string Unit, string Text)> _lines = [];

    public void Add(string metric, double value, string unit = "", int decimals = 1) =>
        _lines.Add((metric, value, unit, value.ToString("N" + decimals, CultureInfo.InvariantCulture) + (unit.Length > 0 ? " " + unit : "")));

    /// <summary>What has been reported so far.</summary>
    public IEnumerable<(string Metric, string Text)> Lines => _lines.Select(static line => (line.Metric, line.Text));

    public void Count(string metric, long value, string unit = "") => Add(metric, value, unit, 0);

    public void Note(string metric, string text) => _lines.Add((metric, null, "", text));

    /// <summary>p50, p99 and maximum of a histogram of microseconds.</summary>
    public void Latency(string metric, HistogramBase histogram)
    {
        if (histogram.TotalCount == 0)
        {
            Note(metric, "no samples");
            return;
        }

        Add(metric + " p50", histogram.GetValueAtPercentile(50) / 1000.0, "ms", 2);
        Add(metric + " p99", histogram.GetValueAtPercentile(99) / 1000.0, "ms", 2);
        Add(metric + " max", histogram.GetMaxValue() / 1000.0, "ms", 2);
    }

    /// <summary>Microseconds up to a minute, three digits.</summary>
    public static LongHistogram NewHistogram() => new(1, 60_000_000, 3);

    public static void Record(HistogramBase histogram, TimeSpan value) =>
        histogram.RecordValue(Math.Clamp((long)value.TotalMicroseconds, 1, 60_000_000));

    public void Print(bool markdown)
    {
        Console.WriteLine();
        if (markdown)
        {
            Console.WriteLine("| metric | value |");
            Console.WriteLine("|---|---|");
            foreach (var line in _lines)
            {
                Console.WriteLine($"| {line.Metric} | {line.Text} |");
            }

            return;
        }

        var width = _lines.Count == 0 ? 0 : _lines.Max(static line => line.Metric.Length);
        foreach (var line in _lines)
        {
            Console.WriteLine($"{line.Metric.PadRight(width)}  {line.Text}");
        }
    }

    public void WriteJson(string file, bool passed)
    {
        using var stream = File.Create(file);
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("command", command);
        json.WriteBoolean("passed", passed);
        json.WriteString("at", DateTimeOffset.UtcNow);
        json.WriteNumber("processors", Environment.ProcessorCount);
        json.WriteStartArray("metrics");
        foreach (var line in _lines)
        {
            json.WriteStartObject();
            json.WriteString("metric", line.Metric);
            if (line.Number is { } number)
            {
                json.WriteNumber("value", number);
            }
            else
            {
                json.WriteString("value", line.Text);
            }

            if (line.Unit.Length > 0)
            {
                json.WriteString("unit", line.Unit);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
