using Controller.Hosting;

namespace Controller.Fogs;

/// <summary>Failures of the agent routes that occur in several places.</summary>
internal static class FogErrors
{
    public static ApiException Unknown(string uuid) => ApiException.NotFound($"Invalid ioFog UUID '{uuid}'");

    public static ApiException DuplicateName(string name) => ApiException.Validation($"Duplicate name '{name}'");
}
