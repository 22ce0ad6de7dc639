using System.Globalization;

namespace Controller.Manifests;

/// <summary>Numbers in the text form JavaScript gives them, since environment variables must read the same as before.</summary>
internal static class ScriptNumber
{
    /// <summary>Decimal notation for exponents from -6 up to 20 (<c>0.00001</c>), else <c>1e-7</c>, <c>1e+21</c>.</summary>
    public static string Text(double number)
    {
        var shortest = number.ToString("R", CultureInfo.InvariantCulture);
        var mark = shortest.IndexOf('E', StringComparison.Ordinal);
        if (mark < 0)
        {
            return shortest;
        }

        var exponent = int.Parse(shortest.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

        var sign = number < 0 ? "-" : "";
        var mantissa = shortest[..mark].TrimStart('-');
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        return exponent switch
        {
            >= 0 and < 21 => sign + digits.PadRight(exponent + 1, '0'),
            < 0 and >= -6 => $"{sign}0.{new string('0', -exponent - 1)}{digits}",
            _ => $"{sign}{mantissa}e{(exponent < 0 ? "-" : "+")}{Math.Abs(exponent)}",
        };
    }
}
