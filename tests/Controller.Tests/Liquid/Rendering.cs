using System.Text;
using System.Text.Json;
using Controller.Liquid;
using Microsoft.Extensions.Time.Testing;

namespace Controller.Tests.Liquid;

/// <summary>Renders single templates, without a Controller around them.</summary>
internal static class Rendering
{
    /// <summary>What there is to refer to.</summary>
    private const string Variables =
        """
        { "n": 42, "half": 1.5, "big": 1e21, "yes": true, "no": false, "nul": null, "text": "abc", "my-port": 8080, "empty-text": "",
          "list": [3, 1, 2], "words": ["b", "A", "c"], "nested": [1, [2, 3]], "o": { "a": { "b": "deep" }, "size": 7 }, "key": "a",
          "people": [ { "name": "zoe", "age": 30, "on": true }, { "name": "adam", "age": 9 }, { "name": "mia", "age": 30, "on": false } ] }
        """;

    public static readonly FakeTimeProvider Time = new(new DateTimeOffset(2026, 7, 3, 9, 5, 7, TimeSpan.Zero));

    /// <summary>The result as JSON text; <c>undefined</c> when there is none.</summary>
    public static async Task<string> JsonAsync(string template, LiquidLimits? limits = null)
    {
        var budget = new LiquidBudget(limits ?? LiquidLimits.Default);
        var value = await LiquidTemplate.RenderAsync(template, Environment(budget));
        return value is Undefined ? "undefined" : Encoding.UTF8.GetString(Values.JsonBytes(value, new LiquidBudget(LiquidLimits.Default)).Span);
    }

    /// <summary>The result, which must be text.</summary>
    public static async Task<string> TextAsync(string template) =>
        await LiquidTemplate.RenderAsync(template, Environment(new LiquidBudget(LiquidLimits.Default))) is string text
            ? text
            : throw new InvalidOperationException("The result is not text");

    private static LiquidEnvironment Environment(LiquidBudget budget)
    {
        using var document = JsonDocument.Parse(Variables);
        return new LiquidEnvironment(
            (OrderedDictionary<string, object?>)Values.FromJson(document.RootElement)!, new Dictionary<string, HostFilter>(), budget, Time);
    }
}
