using System.Text.Json;
using System.Text.Json.Serialization;
using Controller.AccessControl;
using Controller.Hosting;

namespace Controller.Roles;

/// <summary>A rule of a role. <paramref name="ResourceNames"/> is left out for system roles, else a list or null.</summary>
internal sealed record RoleRuleBody(
    IReadOnlyList<string> ApiGroups,
    IReadOnlyList<string> Resources,
    IReadOnlyList<string> Verbs,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? ResourceNames);

/// <summary>A role (auth-rbac 9.1); system roles have neither id nor times.</summary>
internal sealed record RoleBody(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Id,
    string Name,
    string Kind,
    IReadOnlyList<RoleRuleBody> Rules,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? CreatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? UpdatedAt);

internal sealed record RoleListAnswer(IReadOnlyList<RoleBody> Roles);

internal sealed record RoleAnswer(RoleBody Role);

/// <summary>A role binding (auth-rbac 9.2).</summary>
internal sealed record RoleBindingBody(
    long Id, string Name, string Kind, RoleRef? RoleRef, long? RoleId, IReadOnlyList<RoleSubject> Subjects, DateTimeOffset? CreatedAt, DateTimeOffset? UpdatedAt);

internal sealed record RoleBindingListAnswer(IReadOnlyList<RoleBindingBody> Bindings);

internal sealed record RoleBindingAnswer(RoleBindingBody Binding);

/// <summary>A service account with its application (auth-rbac 9.3).</summary>
internal sealed record ApplicationAccountBody(
    long Id,
    long? ApplicationId,
    string Name,
    RoleRef? RoleRef,
    long? RoleId,
    DateTimeOffset? CreatedAt,
    DateTimeOffset? UpdatedAt,
    string? MicroserviceUuid,
    ServiceAccountApplication? Application,
    string? ApplicationName);

internal sealed record ServiceAccountApplication(string Name);

internal sealed record ServiceAccountListAnswer(IReadOnlyList<ApplicationAccountBody> ServiceAccounts);

internal sealed record ServiceAccountAnswer(ApplicationAccountBody ServiceAccount);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(IsoTimeConverter)])]
[JsonSerializable(typeof(RoleListAnswer))]
[JsonSerializable(typeof(RoleAnswer))]
[JsonSerializable(typeof(RoleBindingListAnswer))]
[JsonSerializable(typeof(RoleBindingAnswer))]
[JsonSerializable(typeof(ServiceAccountListAnswer))]
[JsonSerializable(typeof(ServiceAccountAnswer))]
internal sealed partial class RoleJson : JsonSerializerContext;
