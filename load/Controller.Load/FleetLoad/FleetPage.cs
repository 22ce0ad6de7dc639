using System.Globalization;
using System.Net;
using System.Text;

namespace Controller.Load;

/// <summary>The charts of a fleet's runs, as one HTML page and as one SVG.</summary>
internal static class FleetPage
{
    public static string Html(string url, IReadOnlyList<FleetRun> runs, IEnumerable<(string Metric, string Text)> figures)
    {
        var html = new StringBuilder();
        html.Append("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Fleet load</title>");
        html.Append("<style>body{font:15px system-ui,sans-serif;margin:2rem;max-width:70rem}table{border-collapse:collapse}td{padding:.2rem 1rem .2rem 0;border-bottom:1px solid #ddd}td+td{text-align:right}svg{margin:.5rem 1rem .5rem 0}</style>");
        html.Append(CultureInfo.InvariantCulture, $"<h1>Fleet load</h1><p>{WebUtility.HtmlEncode(url)}, {DateTimeOffset.UtcNow:yyyy-MM-dd HH:mm} UTC, {Environment.ProcessorCount} processors shared with the generator.</p>");
        if (runs.Count > 1)
        {
            html.Append("<h2>By size</h2>").AppendJoin("", Growth(runs));
        }

        foreach (var run in runs)
        {
            html.Append(CultureInfo.InvariantCulture, $"<h2>{run.Fogs:#,0} nodes</h2>").AppendJoin("", Time(run));
        }

        html.Append("<h2>Figures</h2><table>");
        foreach (var (metric, text) in figures)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{WebUtility.HtmlEncode(metric)}<td>{WebUtility.HtmlEncode(text)}");
        }

        return html.Append("</table></html>").ToString();
    }

    /// <summary>How cost grows with the fleet: memory, processor and latency above each other.</summary>
    public static string Svg(IReadOnlyList<FleetRun> runs)
    {
        var charts = Growth(runs).ToList();
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 {charts.Count * 260}\" width=\"640\">");
        for (var i = 0; i < charts.Count; i++)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<g transform=\"translate(0 {i * 260})\">{charts[i]}</g>");
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static IEnumerable<string> Growth(IReadOnlyList<FleetRun> runs)
    {
        yield return By("Resident memory", "MB", new SvgSeries("server", [.. runs.Select(r => ((double)r.Fogs, r.Memory))]));
        yield return By("Processor", "cores busy", new SvgSeries("server", [.. runs.Select(r => ((double)r.Fogs, r.Processor))]));
        yield return By(
            "Latency, p99",
            "ms",
            new SvgSeries("status", [.. runs.Select(r => ((double)r.Fogs, r.StatusP99))]),
            new SvgSeries("poll beyond its hold", [.. runs.Select(r => ((double)r.Fogs, r.PollP99))]));

        static string By(string title, string unit, params SvgSeries[] series) => new SvgChart(title, "nodes", unit, series, IsLogarithmic: true).ToString();
    }

    private static IEnumerable<string> Time(FleetRun run)
    {
        yield return Over("Latency, p99", "ms", ("status", s => s.StatusP99), ("poll beyond its hold", s => s.PollP99));
        yield return Over("Requests", "per second", ("status", s => s.Statuses), ("polls", s => s.Polls));
        if (run.Samples.Any(s => double.IsFinite(s.Memory)))
        {
            yield return Over("Resident memory", "MB", ("server", s => s.Memory));
            yield return Over("Processor", "cores busy", ("server", s => s.Processor));
        }

        string Over(string title, string unit, params (string Name, Func<FleetSample, double> Value)[] lines) => new SvgChart(
            title, "seconds", unit, [.. lines.Select(l => new SvgSeries(l.Name, [.. run.Samples.Select(s => (Math.Round(s.At.TotalSeconds), l.Value(s)))]))]).ToString();
    }
}
