using System.Text.Json.Serialization;

namespace Controller.Registries;

/// <summary>A registry in the list (api-workloads 8).</summary>
internal sealed record RegistryListItem(long Id, string Url, bool IsPublic, string Username, string UserEmail);

internal sealed record RegistryListBody(IReadOnlyList<RegistryListItem> Registries);

/// <summary>One registry. <paramref name="Password"/> is always empty: clients expect the member, nobody gets it back (decision 21).</summary>
internal sealed record RegistryBody(long Id, string Url, bool IsPublic, string Username, string UserEmail, string Password);

internal sealed record RegistryCreatedBody(long Id);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RegistryBody))]
[JsonSerializable(typeof(RegistryListBody))]
[JsonSerializable(typeof(RegistryCreatedBody))]
internal sealed partial class RegistryJson : JsonSerializerContext;
