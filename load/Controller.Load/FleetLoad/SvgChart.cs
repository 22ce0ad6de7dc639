using System.Globalization;
using System.Net;
using System.Text;

namespace Controller.Load;

/// <summary>One line of a chart.</summary>
internal sealed record SvgSeries(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <summary>A small line chart as SVG, without scripts or fonts of its own.</summary>
/// <param name="Title">Above it.</param>
/// <param name="XLabel">Below it.</param>
/// <param name="YLabel">Unit of the values.</param>
/// <param name="Series">At most four lines.</param>
/// <param name="IsLogarithmic">The x axis counts in powers of ten.</param>
internal sealed record SvgChart(string Title, string XLabel, string YLabel, IReadOnlyList<SvgSeries> Series, bool IsLogarithmic = false)
{
    private const int Width = 640, Height = 260, Left = 64, Right = 16, Top = 36, Bottom = 44;

    private static readonly string[] s_colours = ["#1f6feb", "#d1570a", "#1a7f37", "#8250df"];

    public override string ToString()
    {
        var points = Series.SelectMany(s => s.Points).Where(p => double.IsFinite(p.Y)).ToList();
        var (fromX, toX) = points.Count == 0 ? (0d, 1d) : (points.Min(p => Scale(p.X)), points.Max(p => Scale(p.X)));
        var top = Nice(points.Count == 0 ? 1 : points.Max(p => p.Y));
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" role=\"img\" font-family=\"system-ui,sans-serif\" font-size=\"12\">");
        svg.Append(CultureInfo.InvariantCulture, $"<title>{Text(Title)}</title><rect width=\"{Width}\" height=\"{Height}\" fill=\"#fff\"/>");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"20\" font-size=\"14\" font-weight=\"600\">{Text(Title)}</text>");
        for (var i = 0; i <= 4; i++)
        {
            var value = top * i / 4;
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(value):0.#}\" y2=\"{Y(value):0.#}\" stroke=\"#ddd\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 6}\" y=\"{Y(value) + 4:0.#}\" text-anchor=\"end\">{value:0.##}</text>");
        }

        foreach (var x in Ticks(points))
        {
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(x):0.#}\" y=\"{Height - Bottom + 16}\" text-anchor=\"middle\">{x:#,0}</text>");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Width - Right}\" y=\"{Height - 8}\" text-anchor=\"end\">{Text(XLabel)}</text>");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"{Height - 8}\">{Text(YLabel)}</text>");
        for (var i = 0; i < Series.Count; i++)
        {
            var line = string.Join(' ', Series[i].Points.Where(p => double.IsFinite(p.Y)).Select(p => string.Create(CultureInfo.InvariantCulture, $"{X(p.X):0.#},{Y(p.Y):0.#}")));
            svg.Append(CultureInfo.InvariantCulture, $"<polyline points=\"{line}\" fill=\"none\" stroke=\"{s_colours[i]}\" stroke-width=\"2\"/>");
            if (IsLogarithmic)
            {
                foreach (var (x, y) in Series[i].Points.Where(p => double.IsFinite(p.Y)))
                {
                    svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{X(x):0.#}\" cy=\"{Y(y):0.#}\" r=\"3\" fill=\"{s_colours[i]}\"/>");
                }
            }

            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Width - Right}\" y=\"{20 + (14 * i)}\" text-anchor=\"end\" fill=\"{s_colours[i]}\">{Text(Series[i].Name)}</text>");
        }

        return svg.Append("</svg>").ToString();

        double X(double x) => toX <= fromX ? Left : Left + ((Scale(x) - fromX) / (toX - fromX) * (Width - Left - Right));
        double Y(double y) => Height - Bottom - (y / top * (Height - Top - Bottom));
    }

    private double Scale(double x) => IsLogarithmic ? Math.Log10(Math.Max(1, x)) : x;

    private IEnumerable<double> Ticks(List<(double X, double Y)> points) => points.Count == 0
        ? []
        : IsLogarithmic
            ? points.Select(p => p.X).Distinct()
            : Enumerable.Range(0, 5).Select(i => points.Min(p => p.X) + ((points.Max(p => p.X) - points.Min(p => p.X)) * i / 4)).Distinct();

    /// <summary>A round number not below a value.</summary>
    private static double Nice(double value)
    {
        if (value <= 0)
        {
            return 1;
        }

        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        double[] steps = [1, 2, 4, 5, 8, 10];
        return steps.First(s => s * power >= value) * power;
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
