using System.Text.Json;

namespace Controller.Agents;

/// <summary>
/// The configuration keys that an operator changed and the agent has yet to fetch (decision 9), as stored: a JSON list.
/// </summary>
internal static class PendingConfigKeys
{
    public static SortedSet<string> Parse(string? stored) =>
        stored is null ? new(StringComparer.Ordinal) : new(JsonSerializer.Deserialize(stored, AgentNodeJson.Default.StringArray) ?? [], StringComparer.Ordinal);

    /// <summary>Null for an empty set.</summary>
    public static string? ToText(SortedSet<string> keys) =>
        keys.Count == 0 ? null : JsonSerializer.Serialize([.. keys], AgentNodeJson.Default.StringArray);
}
