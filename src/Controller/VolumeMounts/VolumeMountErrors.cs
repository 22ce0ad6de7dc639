using Controller.Hosting;

namespace Controller.VolumeMounts;

/// <summary>Failures of volume mounts (api-platform 11).</summary>
internal static class VolumeMountErrors
{
    public static ApiException Unknown(string name) => ApiException.NotFound($"Volume mount with name {name} not found");

    public static ApiException Duplicate(string name) => ApiException.Validation($"Duplicate name '{name}'");

    public static ApiException UnknownFog(string uuid) => ApiException.NotFound($"Could not find agent {uuid}");

    public static ApiException NoSource() => ApiException.Validation("Must specify either secretName or configMapName");

    public static ApiException TwoSources() => ApiException.Validation("Cannot specify both secretName and configMapName");
}
