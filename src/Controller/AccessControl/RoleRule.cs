using System.Text.Json;
using Controller.Sql.Stores;

namespace Controller.AccessControl;

/// <summary>One rule of a role (auth-rbac 9): what may be done, with <c>*</c> for any run of characters.</summary>
/// <param name="ApiGroups">The empty text is the Controller's own API.</param>
/// <param name="Resources">Resources.</param>
/// <param name="Verbs">Verbs.</param>
/// <param name="ResourceNames">Restricts the rule to objects of these names; null or empty does not.</param>
internal sealed record RoleRule(
    IReadOnlyList<string> ApiGroups, IReadOnlyList<string> Resources, IReadOnlyList<string> Verbs, IReadOnlyList<string>? ResourceNames = null)
{
    private static readonly IReadOnlyList<string> Own = [""];

    /// <summary>A rule as it is stored. A text that is no list grants nothing, a list of groups that is missing means our own API.</summary>
    public static RoleRule Read(RoleRuleRow row) => new(
        Texts(row.ApiGroups) ?? Own,
        Texts(row.Resources) ?? [],
        Texts(row.Verbs) ?? [],
        // Unreadable names must not read as "no restriction".
        IsNothing(row.ResourceNames) ? null : Texts(row.ResourceNames!) ?? [""]);

    private static bool IsNothing(string? json) => string.IsNullOrWhiteSpace(json) || json.AsSpan().Trim() is "null";

    private static List<string>? Texts(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Array
                ? [.. document.RootElement.EnumerateArray().Where(i => i.ValueKind == JsonValueKind.String).Select(i => i.GetString()!)]
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
