using System.Text;
using System.Text.Json;

namespace Controller.Secrets;

/// <summary>Data objects (text values by key) that are kept encrypted under a name (runtime 5.1).</summary>
internal sealed partial class SecretData(SecretCipher cipher, ILogger<SecretData> log)
{
    private const string TextKey = "value";

    /// <summary>The stored form of a data object.</summary>
    public string Seal(string name, IEnumerable<KeyValuePair<string, string>> data)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var (key, value) in data)
            {
                writer.WriteString(key, value);
            }

            writer.WriteEndObject();
        }

        return cipher.Encrypt(name, Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length)));
    }

    /// <summary>
    /// The data object in a stored text; null, and a warning in the log, when it cannot be read. A value that is no
    /// text is given as its JSON.
    /// </summary>
    public Dictionary<string, string>? Open(string name, string stored)
    {
        try
        {
            using var document = JsonDocument.Parse(cipher.Decrypt(name, stored));
            var data = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var member in document.RootElement.EnumerateObject())
            {
                data[member.Name] = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText();
            }

            return data;
        }
        catch (Exception e) when (e is SecretUnreadableException or JsonException or InvalidOperationException)
        {
            // One bad row must not keep an agent from the others. The message is left out: it may quote the plain text.
            Unreadable(log, name, e.GetType().Name);
            return null;
        }
    }

    /// <summary>The stored form of one text; an empty one stays empty.</summary>
    public string SealText(string name, string text) => text.Length == 0 ? "" : Seal(name, [new(TextKey, text)]);

    /// <summary>The text in a stored one. What cannot be read is used as it is: rows of the original hold clear text.</summary>
    public string? OpenText(string name, string? stored) =>
        string.IsNullOrEmpty(stored) ? stored : Open(name, stored)?.GetValueOrDefault(TextKey) ?? stored;

    [LoggerMessage(Level = LogLevel.Warning, Message = "The stored data of {name} cannot be read: {cause}")]
    private static partial void Unreadable(ILogger log, string name, string cause);
}
