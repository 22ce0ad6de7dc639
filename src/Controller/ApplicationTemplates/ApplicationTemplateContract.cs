using System.Text.Json;
using System.Text.Json.Serialization;
using Controller.Hosting;

namespace Controller.ApplicationTemplates;

/// <summary>A template as operators see it (api-workloads 5.3).</summary>
internal sealed record ApplicationTemplateBody(
    long Id,
    string Name,
    string Description,
    string SchemaVersion,
    DateTimeOffset? CreatedAt,
    DateTimeOffset? UpdatedAt,
    IReadOnlyList<TemplateVariableBody> Variables,
    JsonElement? Application);

/// <summary>
/// A variable of a template. <paramref name="DefaultValue"/> is the value itself in a single template, and its JSON text
/// in the list; null without one.
/// </summary>
internal sealed record TemplateVariableBody(
    long Id,
    string Key,
    string Description,
    JsonElement? DefaultValue,
    DateTimeOffset? CreatedAt,
    DateTimeOffset? UpdatedAt,
    long ApplicationTemplateId);

internal sealed record ApplicationTemplateList(IReadOnlyList<ApplicationTemplateBody> ApplicationTemplates);

/// <summary>Answer to a create and to a PUT.</summary>
internal sealed record ApplicationTemplateSaved(long Id, string Name);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(IsoTimeConverter)])]
[JsonSerializable(typeof(ApplicationTemplateBody))]
[JsonSerializable(typeof(ApplicationTemplateList))]
[JsonSerializable(typeof(ApplicationTemplateSaved))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class ApplicationTemplateJson : JsonSerializerContext;
