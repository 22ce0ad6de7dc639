using System.Text.Json;

namespace Controller.Identity;

/// <summary>Lists of texts that are stored as a JSON array.</summary>
internal static class TextList
{
    /// <summary>Empty when the text is null or no array of texts: what others wrote must not break a login.</summary>
    public static string[] Read(string? json)
    {
        try
        {
            return json is null ? [] : JsonSerializer.Deserialize(json, IdentityJson.Default.StringArray) ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    public static string Write(string[] texts) => JsonSerializer.Serialize(texts, IdentityJson.Default.StringArray);
}
