using System.Text.Json;

namespace Controller.Liquid.Filters;

/// <summary><c>toNumber</c> and <c>toBoolean</c>: a text that is JSON becomes its value.</summary>
internal static class ConversionFilters
{
    public static object? Parse(FilterInput input)
    {
        if (input.Value is not string text)
        {
            return input.Value;
        }

        // What is in it costs at most a node for each character.
        input.Budget.Step(text.Length);
        try
        {
            using var document = JsonDocument.Parse(text);
            return Values.FromJson(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            // No JSON, or halves of characters in it.
            return text;
        }
    }
}
