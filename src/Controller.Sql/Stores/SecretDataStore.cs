namespace Controller.Sql.Stores;

/// <summary>The stored data of a secret or config map.</summary>
/// <param name="Name">Its name, which the encryption is bound to.</param>
/// <param name="IsTls">A secret whose values are base64.</param>
/// <param name="Data">Encrypted text.</param>
public sealed record StoredData(string Name, bool IsTls, string Data);

/// <summary>Reads secrets and config maps for what refers to them.</summary>
public static class SecretDataStore
{
    /// <summary>The secrets of these names.</summary>
    public static Task<List<StoredData>> ListSecretsAsync(DbSession session, IEnumerable<string> names)
    {
        var parameters = new SqlParams();
        return session.QueryAsync(
            $"SELECT \"name\", \"type\", \"data\" FROM \"Secrets\" WHERE \"name\" IN {parameters.In("n", names)}",
            r => new StoredData(r.Text(), r.Text() == "tls", r.Text()),
            parameters);
    }

    /// <summary>The config maps of these names.</summary>
    public static Task<List<StoredData>> ListConfigMapsAsync(DbSession session, IEnumerable<string> names)
    {
        var parameters = new SqlParams();
        return session.QueryAsync(
            $"SELECT \"name\", \"data\" FROM \"ConfigMaps\" WHERE \"name\" IN {parameters.In("n", names)}",
            r => new StoredData(r.Text(), false, r.Text()),
            parameters);
    }
}
