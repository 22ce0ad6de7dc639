using Controller.Hosting;

namespace Controller.ApplicationTemplates;

/// <summary>Failures of templates (texts: api-workloads 1.11; some keep the original's unfilled braces).</summary>
internal static class ApplicationTemplateErrors
{
    public static ApiException Unknown(string name) => ApiException.NotFound($"Could not find Application Template {name}");

    public static ApiException UnknownToDeploy() => ApiException.NotFound("Could not find Application Template {}");

    public static ApiException UnknownToPatch() => ApiException.NotFound("Invalid application id '{}'");

    public static ApiException Invalid() => ApiException.Validation("Application Tempalte {} is invalid");

    public static ApiException Duplicate(string name) => ApiException.Duplicate($"Duplicate name '{name}'");

    public static ApiException ValueTooLong(int index, int longest) =>
        ApiException.Validation($"Field variables[{index}].defaultValue does not meet maximum length of {longest}");
}
