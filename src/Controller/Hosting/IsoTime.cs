using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Controller.Hosting;

/// <summary>The contract's time text: ISO 8601, UTC, milliseconds, <c>Z</c> (api-workloads 1.8).</summary>
internal static class IsoTime
{
    private const string Format = "yyyy-MM-ddTHH:mm:ss.fffZ";

    public static string ToText(DateTimeOffset time) => time.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    public static string FromMilliseconds(long ms) => ToText(DateTimeOffset.FromUnixTimeMilliseconds(ms));

    /// <summary>Reads any ISO 8601 text with a date and a time.</summary>
    public static bool TryParse(string text, out DateTimeOffset time) => DateTimeOffset.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
}

/// <summary>Writes times in the contract's form.</summary>
internal sealed class IsoTimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(IsoTime.ToText(value));
}
