using System.Text;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Secrets;

/// <summary>
/// The keys and values of secrets and config maps, for environment variables and volume mappings that refer to them.
/// What cannot be read counts as empty.
/// </summary>
internal sealed class ReferencedValues(SecretData data)
{
    private static readonly Dictionary<string, IReadOnlyDictionary<string, string>> Nothing = [];

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

    private Dictionary<string, IReadOnlyDictionary<string, string>> Read(List<StoredData> rows) =>
        rows.ToDictionary(r => r.Name, Read, StringComparer.Ordinal);

    private IReadOnlyDictionary<string, string> Read(StoredData row)
    {
        var values = data.Open(row.Name, row.Data) ?? [];
        return row.IsTls ? values.ToDictionary(v => v.Key, v => Decoded(v.Value), StringComparer.Ordinal) : values;
    }

    private static string Decoded(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : base64;
    }
}
