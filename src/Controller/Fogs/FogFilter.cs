using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Controller.Hosting;
using Controller.Sql.Stores;
using Controller.Validation;

namespace Controller.Fogs;

/// <summary>
/// One filter of the agent list, <c>filters[0][key]=…&amp;filters[0][value]=…&amp;filters[0][condition]=equals|has</c>
/// (api-workloads 3.5). Only text fields of the stored agent can match.
/// </summary>
internal sealed partial record FogFilter(string Key, string Value, bool IsExact)
{
    /// <summary>Beyond this the query no longer means a list.</summary>
    private const int LargestIndex = 20;

    private static readonly BodySchema Schema = new(
        "AgentFilters",
        Is.Array(Is.Object(
            [("key", Is.String()), ("value", Is.String()), ("condition", Is.OneOfTexts("equals", "has"))],
            required: ["key", "value", "condition"])));

    /// <summary>The filters of a query; all must match.</summary>
    /// <exception cref="ApiException">400 when they are not a list of complete filters.</exception>
    public static IReadOnlyList<FogFilter> Read(IQueryCollection query)
    {
        var found = new SortedDictionary<int, Dictionary<string, Microsoft.Extensions.Primitives.StringValues>>();
        foreach (var (name, values) in query)
        {
            if (name == "filters" || name.StartsWith("filters[", StringComparison.Ordinal))
            {
                var match = Parameter().Match(name);
                if (!match.Success
                    || !int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                    || index > LargestIndex)
                {
                    throw ApiException.Validation("Field 'instance' is not of a type(s) array");
                }

                if (!found.TryGetValue(index, out var fields))
                {
                    found[index] = fields = [];
                }

                fields[match.Groups[2].Value] = values;
            }
        }

        if (found.Count == 0)
        {
            return [];
        }

        using var document = JsonDocument.Parse(ToJson(found.Values));
        return Schema.Validate(document.RootElement) is { } violation
            ? throw ApiException.Validation(violation)
            : [.. document.RootElement.EnumerateArray().Select(e => new JsonFields(e)).Select(f =>
                new FogFilter(f.Text("key")!, f.Text("value")!, f.Text("condition") == "equals"))];
    }

    public bool Matches(FogRow fog) => TextOf(fog) is { Length: > 0 } text
        && (IsExact ? text == Value : text.Contains(Value, StringComparison.Ordinal));

    /// <summary>As JSON, so that one set of rules gives all messages; a field sent twice is a list, which no rule takes.</summary>
    private static ReadOnlyMemory<byte> ToJson(IEnumerable<Dictionary<string, Microsoft.Extensions.Primitives.StringValues>> filters)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartArray();
        foreach (var filter in filters)
        {
            json.WriteStartObject();
            foreach (var (name, values) in filter)
            {
                if (values.Count == 1)
                {
                    json.WriteString(name, values[0]);
                }
                else
                {
                    json.WriteStartArray(name);
                    json.WriteEndArray();
                }
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.Flush();
        return buffer.WrittenMemory;
    }

    [GeneratedRegex(@"^filters\[(\d+)\]\[([^\[\]]+)\]$", RegexOptions.CultureInvariant)]
    private static partial Regex Parameter();

    private string? TextOf(FogRow fog) => Key switch
    {
        "uuid" => fog.Uuid,
        "name" => fog.Name,
        "location" => fog.Location,
        "description" => fog.Description,
        "gpsMode" => fog.GpsMode,
        "gpsDevice" => fog.GpsDevice,
        "gpsStatus" => fog.Status.GpsStatus,
        "daemonStatus" => fog.Status.DaemonStatus,
        "memoryViolation" => fog.Status.MemoryViolation,
        "diskViolation" => fog.Status.DiskViolation,
        "cpuViolation" => fog.Status.CpuViolation,
        "securityStatus" => fog.Status.SecurityStatus,
        "securityViolationInfo" => fog.Status.SecurityViolationInfo,
        "catalogItemStatus" => fog.CatalogItemStatus,
        "catalogItemMessageCounts" => fog.CatalogItemMessageCounts,
        "repositoryStatus" => fog.Status.RepositoryStatus,
        "ipAddress" => fog.Status.IpAddress,
        "ipAddressExternal" => fog.Status.IpAddressExternal,
        "host" => fog.Host,
        "availableRuntimes" => fog.Status.AvailableRuntimes,
        "networkInterface" => fog.NetworkInterface,
        "containerEngineUrl" => fog.ContainerEngineUrl,
        "containerEngine" => fog.ContainerEngine,
        "deploymentType" => fog.DeploymentType,
        "diskDirectory" => fog.DiskDirectory,
        "logDirectory" => fog.LogDirectory,
        "version" => fog.Status.Version,
        "tunnel" => fog.Status.TunnelStatus,
        "logLevel" => fog.LogLevel,
        "timeZone" => fog.TimeZone,
        "warningMessage" => fog.WarningMessage,
        _ => null,
    };
}
