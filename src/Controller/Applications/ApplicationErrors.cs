using Controller.Hosting;

namespace Controller.Applications;

/// <summary>Failures of application routes (texts: api-workloads 1.11; clients match on <c>Invalid application id</c>).</summary>
internal static class ApplicationErrors
{
    public static ApiException Unknown(string name) => ApiException.NotFound($"Invalid application id '{name}'");

    /// <summary>The original's text for PATCH, braces and all.</summary>
    public static ApiException UnknownToPatch() => ApiException.NotFound("Invalid application id '{}'");

    public static ApiException Duplicate(string name) => ApiException.Duplicate($"Duplicate name '{name}'");

    public static ApiException NameIsImmutable() => ApiException.Validation("Application Resource Name is immutable");

    public static ApiException IsSystem() => ApiException.Validation("Cannot delete system application.");
}
