using Controller.Validation;

namespace Controller.ConfigEntries;

/// <summary>Bodies of <c>/config</c> (api-platform 4). The columns take 255 characters.</summary>
internal static class ConfigEntrySchemas
{
    public static readonly BodySchema Set = new(
        "ConfigEntrySet",
        Is.Object([("key", Is.String(minLength: 1, maxLength: 255)), ("value", Is.String(maxLength: 255))], required: ["key", "value"]));
}
