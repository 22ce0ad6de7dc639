using Controller.Liquid;
using CsCheck;
using static Controller.Tests.Liquid.Rendering;

namespace Controller.Tests.Liquid;

/// <summary>Whatever the template: it ends, within its budget, with a value, an error's text or the limit's exception.</summary>
public sealed class LimitTests
{
    private static readonly LiquidLimits Small = new(Steps: 20_000, Characters: 100_000, Depth: 64);

    [Test]
    [Arguments("{% for a in (1..1000000000) %}{% endfor %}")]
    [Arguments("{{ (1..9999999999999999999999) | size }}")]
    [Arguments("{{ (-10000000000000000..10000000000000000) | size }}")]
    [Arguments("{% for a in (1..1000) %}{% for b in (1..1000) %}{% for c in (1..1000) %}{% endfor %}{% endfor %}{% endfor %}")]
    [Arguments("{% assign a = 'x' %}{% for i in (1..100) %}{% assign a = a | append: a %}{% endfor %}")]
    [Arguments("{% for i in (1..100) %}{% capture a %}{{ a }}{{ a }}x{% endcapture %}{% endfor %}")]
    [Arguments("{% assign a = list %}{% for i in (1..100) %}{% assign a = a | concat: a %}{% endfor %}")]
    [Arguments("{% assign a = 'xxxxxxxxxx' %}{% for i in (1..100) %}{% assign a = a | replace: 'x', a %}{% endfor %}")]
    [Arguments("{% assign a = '<' %}{% for i in (1..100) %}{% assign a = a | escape | replace: ';', '<<<<' %}{% endfor %}")]
    [Arguments("{% assign a = (1..1000) %}{% for i in a %}{% assign b = a | sort | uniq | reverse | join %}{% endfor %}")]
    [Arguments("{% for i in (1..100000) %}{% assign x = o | json %}{% endfor %}")]
    [Arguments("{% for i in (1..100000) %}{{ 'now' | date: '%100Y%100Y%100Y' }}{% endfor %}")]
    public async Task What_has_no_end_is_stopped(string template) =>
        await Assert.ThrowsAsync<LiquidLimitException>(async () => await JsonAsync(template));

    [Test]
    [Arguments("{% if yes %}", "{% endif %}", 5000)]
    [Arguments("{{ o[", "] }}", 5000)]
    [Arguments("{{ (", "..1) }}", 5000)]
    [Arguments("{% for i in list %}", "{% endfor %}", 100)]
    public async Task Deep_nesting_is_refused(string open, string close, int times)
    {
        var inner = open.StartsWith("{{", StringComparison.Ordinal)
            ? "{{ " + Repeat(open[3..], times) + "1" + Repeat(close[..^3], times) + " }}"
            : Repeat(open, times) + Repeat(close, times);
        await Assert.ThrowsAsync<LiquidLimitException>(async () => await JsonAsync(inner));
    }

    [Test]
    [Arguments("{% if hay contains needle %}{% endif %}")]
    [Arguments("{% assign x = hay | replace: needle, '' %}")]
    [Arguments("{% assign x = hay | remove_first: needle %}")]
    [Arguments("{% assign x = hay | split: needle %}")]
    [Arguments("{% assign many = (1..40) %}{% for i in many %}{% assign hays = hays | concat: hay %}{% endfor %}{% for i in many %}{% if hays contains other %}{% endif %}{% endfor %}")]
    public async Task Searches_that_are_made_to_be_slow_are_paid_for(string template)
    {
        // A pattern that nearly fits at every place.
        const string hay = "{% assign hay = 'aaaaaaaaaaaaaaaa' %}{% for i in (1..16) %}{% assign hay = hay | append: hay %}{% endfor %}";
        const string needle =
            "{% assign half = 'aaaaaaaaaaaaaaaa' %}{% for i in (1..14) %}{% assign half = half | append: half %}{% endfor %}"
            + "{% assign needle = half | append: 'b' | append: half %}{% assign other = hay | replace_first: 'a', 'b' %}";
        await Assert.ThrowsAsync<LiquidLimitException>(async () => await JsonAsync(hay + needle + template, new LiquidLimits(100_000, 100_000_000, 64)));
    }

    [Test]
    public async Task A_long_chain_is_not_deep()
    {
        await Assert.That(await JsonAsync("{% if yes" + Repeat(" and yes", 5000) + " %}{{ n }}{% endif %}")).IsEqualTo("42");
        await Assert.That(await JsonAsync("{{ n" + Repeat(" | plus: 1", 5000) + " }}")).IsEqualTo("5042");
        await Assert.That(await JsonAsync("{% if no %}" + Repeat("{% elsif no %}", 5000) + "{% else %}{{ n }}{% endif %}")).IsEqualTo("42");
    }

    [Test]
    public async Task Any_text_ends_within_its_budget()
    {
        string[] pieces =
        [
            "{{", "}}", "{%", "%}", "{{-", "-%}", " ", "\n", "n", "list", "o", "people", "missing", "text", "i", "x", "self", "'", "\"", "\\", ".", "..", "[", "]",
            "(", ")", "|", ":", ",", "=", "==", "<", "contains", "and", "or", "in", "1", "-1", "9999999999", "1.5", "nil", "empty", "forloop", "\ud800", "\0", "%s",
            "{% if n %}", "{% elsif no %}", "{% else %}", "{% endif %}", "{% unless no %}", "{% endunless %}", "{% for i in list %}", "{% for i in (1..50) %}", "{% endfor %}",
            "{% case n %}", "{% when 42 %}", "{% endcase %}", "{% capture x %}", "{% endcapture %}", "{% assign x = ", "{% raw %}", "{% endraw %}", "{% comment %}",
            "{% endcomment %}", "{% cycle 'a', x %}", "{% increment x %}", "{% tablerow i in list %}", "{% endtablerow %}", "{% break %}", "{% continue %}",
            "{% include x %}", "{% block %}", "{% endblock %}", "{{ x | append: x }}", "{% assign x = x | append: text | append: x %}",
            .. new[]
            {
                "abs", "append", "at_least", "capitalize", "ceil", "compact", "concat", "date", "default", "divided_by", "downcase", "escape", "escape_once",
                "first", "floor", "join", "json", "last", "map", "minus", "modulo", "newline_to_br", "plus", "prepend", "remove", "remove_first", "replace",
                "replace_first", "reverse", "round", "size", "slice", "sort", "sort_natural", "split", "strip", "strip_html", "times", "toBoolean", "toNumber",
                "toString", "truncate", "truncatewords", "uniq", "upcase", "url_decode", "url_encode", "where",
            }.Select(f => "| " + f + ": "),
        ];
        await Gen.Int[0, pieces.Length - 1].List[0, 40].SampleAsync(async indices =>
        {
            try
            {
                await JsonAsync(string.Concat(indices.Select(i => pieces[i])), Small);
            }
            catch (LiquidLimitException)
            {
                // The other way to end.
            }
        }, iter: 20_000);
    }

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
}
