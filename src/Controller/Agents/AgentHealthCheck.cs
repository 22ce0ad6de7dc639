using System.Text.Json;
using System.Text.Json.Serialization;
using Controller.Sql.Stores;

namespace Controller.Agents;

/// <summary>Reads stored health checks for the agent wire (agent-wire 9).</summary>
internal static class AgentHealthCheck
{
    public static AgentHealthCheckBody Of(AgentHealthCheckRow row) =>
        new(Test(row.Test), row.Interval, row.Timeout, row.StartPeriod, row.StartInterval, row.Retries);

    /// <summary>The command: stored as a JSON array; a text that is no such array is a command of one word.</summary>
    private static List<string>? Test(string? stored)
    {
        if (string.IsNullOrEmpty(stored))
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(stored);
            return json.RootElement.ValueKind switch
            {
                JsonValueKind.Array => [.. json.RootElement.EnumerateArray().Select(Word)],
                JsonValueKind.Null => null,
                _ => [Word(json.RootElement)],
            };
        }
        catch (JsonException)
        {
            return [stored];
        }
    }

    private static string Word(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}

/// <summary>Writes <see cref="AgentHealthCheckBody"/>: <c>{}</c> for none, else every member.</summary>
internal sealed class AgentHealthCheckConverter : JsonConverter<AgentHealthCheckBody>
{
    public override AgentHealthCheckBody Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Health checks are only written");

    public override void Write(Utf8JsonWriter writer, AgentHealthCheckBody value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        if (!ReferenceEquals(value, AgentHealthCheckBody.None))
        {
            if (value.Test is null)
            {
                writer.WriteNull("test");
            }
            else
            {
                writer.WriteStartArray("test");
                foreach (var word in value.Test)
                {
                    writer.WriteStringValue(word);
                }

                writer.WriteEndArray();
            }

            Number(writer, "interval", value.Interval);
            Number(writer, "timeout", value.Timeout);
            Number(writer, "startPeriod", value.StartPeriod);
            Number(writer, "startInterval", value.StartInterval);
            Number(writer, "retries", value.Retries);
        }

        writer.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter writer, string name, double? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, number);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
