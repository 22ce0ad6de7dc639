using System.Text;
using System.Text.Json;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Secrets;

/// <summary>The keys and values of secrets and config maps, for environment variables and volume mappings that refer to them.</summary>
internal sealed partial class ReferencedValues(SecretCipher cipher, ILogger<ReferencedValues> log)
{
    /// <summary>The values of several secrets by name; those of a <c>tls</c> secret decoded.</summary>
    public async Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>> SecretsAsync(DbSession session, IEnumerable<string> names)
    {
        var distinct = names.Distinct(StringComparer.Ordinal).ToList();
        return distinct.Count == 0 ? Nothing : Read(await SecretDataStore.ListSecretsAsync(session, distinct));
    }

    /// <summary>The values of several config maps by name.</summary>
    public async Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>> ConfigMapsAsync(DbSession session, IEnumerable<string> names)
    {
        var distinct = names.Distinct(StringComparer.Ordinal).ToList();
        return distinct.Count == 0 ? Nothing : Read(await SecretDataStore.ListConfigMapsAsync(session, distinct));
    }

    private static readonly Dictionary<string, IReadOnlyDictionary<string, string>> Nothing = [];

    private Dictionary<string, IReadOnlyDictionary<string, string>> Read(List<SecretDataRow> rows) =>
        rows.ToDictionary(r => r.Name, Read, StringComparer.Ordinal);

    /// <summary>What cannot be decrypted reads as empty, so that one damaged row does not take everything down with it.</summary>
    private IReadOnlyDictionary<string, string> Read(SecretDataRow row)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using var document = JsonDocument.Parse(cipher.Decrypt(row.Name, row.Data));
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                foreach (var entry in document.RootElement.EnumerateObject())
                {
                    var value = entry.Value.ValueKind == JsonValueKind.String ? entry.Value.GetString()! : entry.Value.GetRawText();
                    values[entry.Name] = row.IsTls ? Decoded(value) : value;
                }
            }
        }
        catch (Exception e) when (e is SecretUnreadableException or JsonException)
        {
            Unreadable(log, row.Name);
        }

        return values;
    }

    private static string Decoded(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : base64;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The stored data of '{name}' cannot be read and counts as empty")]
    private static partial void Unreadable(ILogger log, string name);
}
