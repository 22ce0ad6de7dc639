using Controller.Hosting;

namespace Controller.ConfigMaps;

/// <summary>Failures of config maps (api-platform 10).</summary>
internal static class ConfigMapErrors
{
    public static ApiException Unknown(string name) => ApiException.NotFound($"ConfigMap with name {name} not found");

    public static ApiException Duplicate(string name) => ApiException.Conflict($"ConfigMap with name {name} already exists");

    public static ApiException Immutable(string name) => ApiException.Validation(
        $"Configmap {name} is immutable and cannot be updated. If you want to update it, please delete it and create a new configmap.");
}
