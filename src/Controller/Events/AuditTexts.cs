using System.Collections.Frozen;
using Controller.Hosting;

namespace Controller.Events;

/// <summary>The words of audit events (auth-rbac 11, runtime 3.2).</summary>
internal static class AuditTexts
{
    public const string Http = "HTTP";
    public const string Connect = "WS_CONNECT";
    public const string Disconnect = "WS_DISCONNECT";
    public const string Success = "SUCCESS";
    public const string Failed = "FAILED";
    public const string Agent = "agent";
    public const string User = "user";

    /// <summary>Resource type by the first segment below the base; the singular paths too (decision 16), and whatever the case.</summary>
    private static readonly FrozenDictionary<string, string> ResourceTypes = new Dictionary<string, string>
    {
        ["iofog"] = "agent",
        ["microservices"] = "microservice",
        ["application"] = "application",
        ["applications"] = "application",
        ["flows"] = "application",
        ["agent"] = "agent",
        ["config"] = "config",
        ["secrets"] = "secret",
        ["services"] = "service",
        ["certificates"] = "certificate",
        ["tunnels"] = "tunnel",
        ["router"] = "router",
        ["nats"] = "nats",
        ["registries"] = "registry",
        ["volumeMounts"] = "volumeMount",
        ["configMaps"] = "configMap",
        ["edgeResources"] = "edgeResource",
        ["diagnostics"] = "diagnostics",
        ["applicationTemplate"] = "applicationTemplate",
        ["applicationTemplates"] = "applicationTemplate",
        ["catalog"] = "catalog",
        ["controller"] = "controller",
        ["cluster"] = "cluster",
        ["users"] = "user",
        ["capabilities"] = "capabilities",
        ["events"] = "event",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> ResourceTypesBySpan =
        ResourceTypes.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>What a path is about; null when nothing of the list.</summary>
    public static string? ResourceType(ReadOnlySpan<char> path)
    {
        const string prefix = ApiRoutes.Base + "/";
        if (!path.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        path = path[prefix.Length..];
        var end = path.IndexOf('/');
        return ResourceTypesBySpan.TryGetValue(end < 0 ? path : path[..end], out var type) ? type : null;
    }

    public static bool IsSuccess(int statusCode) => statusCode is >= 200 and < 300;

    public static string Message(int statusCode) => IsSuccess(statusCode) ? "Success" : $"HTTP {statusCode}";

    /// <summary>What deleting events did.</summary>
    public static string Deleted(long count, int days) => days == 0 ? $"Deleted all {count} events" : $"Deleted {count} events older than {days} days";
}
