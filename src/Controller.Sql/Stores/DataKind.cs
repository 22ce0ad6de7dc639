namespace Controller.Sql.Stores;

/// <summary>What holds values by key that microservices and volume mounts refer to by its name.</summary>
public enum DataKind
{
    /// <summary>A row of <c>Secrets</c>.</summary>
    Secret,

    /// <summary>A row of <c>ConfigMaps</c>.</summary>
    ConfigMap,
}
