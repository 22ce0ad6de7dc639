using Controller.Hosting;
using Controller.Validation;

namespace Controller.Identity;

/// <summary>Login and group names: compared without case and surrounding blanks, so stored without.</summary>
internal static class AccountNames
{
    private static readonly StringSchema Email = Is.String(maxLength: 255, pattern: Patterns.Email, format: "email");
    private static readonly StringSchema Group = Is.String(maxLength: 255);

    public static string Normalize(string name) => name.Trim().ToLowerInvariant();

    /// <param name="text">As sent; null = not at all.</param>
    /// <param name="missing">The message when there is none.</param>
    /// <exception cref="ApiException">400 when it is missing, no address or too long.</exception>
    public static string ReadEmail(string? text, string missing) => Read(text, "email", Email, missing);

    /// <inheritdoc cref="ReadEmail"/>
    public static string ReadGroup(string? text) => Read(text, "name", Group, "name is required");

    private static string Read(string? text, string field, StringSchema schema, string missing)
    {
        var name = Normalize(text ?? "");
        return name.Length == 0 ? throw ApiException.Validation(missing)
            : schema.CheckText(name) is { } violation ? throw ApiException.Validation(violation.At(field).Message())
            : name;
    }
}
