using System.Text.Json.Serialization;
using Controller.Hosting;

namespace Controller.ConfigEntries;

/// <summary>A text under a key (api-platform 4).</summary>
internal sealed record ConfigEntryBody(string Key, string Value);

internal sealed record ConfigEntryListBody(IReadOnlyList<ConfigEntryBody> Config);

/// <summary>Answer to a change: the stored row.</summary>
internal sealed record ConfigEntrySavedBody(long Id, string Key, string Value, DateTimeOffset? CreatedAt, DateTimeOffset? UpdatedAt);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(IsoTimeConverter)])]
[JsonSerializable(typeof(ConfigEntryBody))]
[JsonSerializable(typeof(ConfigEntryListBody))]
[JsonSerializable(typeof(ConfigEntrySavedBody))]
internal sealed partial class ConfigEntryJson : JsonSerializerContext;
