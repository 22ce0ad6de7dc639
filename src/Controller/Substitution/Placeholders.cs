using System.Runtime.InteropServices;
using System.Text.Json;
using Controller.Hosting;
using Controller.Liquid;

namespace Controller.Substitution;

/// <summary>
/// Fills in the placeholders of one request's JSON (api-workloads 1.5): of its body, then of an application template
/// that it deploys. All of it together has one budget, and looks each thing up once.
/// </summary>
internal sealed class Placeholders(Lookups lookups, TimeProvider time)
{
    private readonly LiquidBudget _budget = new(LiquidLimits.Default);

    /// <summary>Whether there is anything to do: nearly always not, and then this look at the bytes is all it costs.</summary>
    public static bool AreIn(JsonElement json)
    {
        if (json.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
        {
            return false;
        }

        // Outside of texts JSON has neither of these; inside, a brace may be written as an escape.
        var bytes = JsonMarshal.GetRawUtf8Value(json);
        return bytes.IndexOf("{{"u8) >= 0 || bytes.IndexOf("{%"u8) >= 0 || bytes.IndexOf("\\u007"u8) >= 0;
    }

    /// <summary>A body with its placeholders filled in; they see it as <c>self</c>.</summary>
    /// <exception cref="ApiException">400 when that costs more than is allowed, 403 for a lookup that the operator may not do.</exception>
    public ValueTask<JsonElement> FillAsync(HttpContext context, JsonElement json) => FillAsync(context, json, []);

    /// <summary>As above, with variables beside <c>self</c>.</summary>
    /// <exception cref="ApiException"/>
    public async ValueTask<JsonElement> FillAsync(HttpContext context, JsonElement json, IEnumerable<KeyValuePair<string, JsonElement>> variables)
    {
        if (!AreIn(json))
        {
            return json;
        }

        var self = Values.FromJson(json);
        var known = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in variables)
        {
            known[name] = Values.FromJson(value);
        }

        known["self"] = self;
        try
        {
            await FillAsync(self, new LiquidEnvironment(known, lookups.For(context, _budget), _budget, time), 1);
            using var document = JsonDocument.Parse(Values.JsonBytes(self, _budget));
            return document.RootElement.Clone();
        }
        catch (LiquidLimitException e)
        {
            throw ApiException.Validation(e.Message);
        }
    }

    /// <summary>In place and depth first, so that later texts see the results of earlier ones.</summary>
    private static async ValueTask FillAsync(object? container, LiquidEnvironment environment, int depth)
    {
        switch (container)
        {
            case List<object?> list:
                for (var i = 0; i < list.Count; i++)
                {
                    list[i] = await ValueAsync(list[i], environment, depth + 1);
                }

                break;
            case OrderedDictionary<string, object?> map:
                for (var i = 0; i < map.Count; i++)
                {
                    map.SetAt(i, await ValueAsync(map.GetAt(i).Value, environment, depth + 1));
                }

                break;
        }
    }

    private static async ValueTask<object?> ValueAsync(object? value, LiquidEnvironment environment, int depth)
    {
        if (value is string text)
        {
            return LiquidTemplate.IsIn(text)
                ? Values.Copy(await LiquidTemplate.RenderAsync(text, environment), environment.Budget, depth)
                : text;
        }

        await FillAsync(value, environment, depth);
        return value;
    }
}
