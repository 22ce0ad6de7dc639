using System.Text.Json;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Microservices;

/// <summary>What a body says about NATS.</summary>
/// <param name="Access">On or off; null when not said.</param>
/// <param name="RuleId">The rule; null when none is named.</param>
internal sealed record NatsChoice(bool? Access, long? RuleId);

/// <summary>A microservice's access to NATS as it is configured; issuing credentials is not done here.</summary>
internal static class MicroserviceNats
{
    /// <summary>Rules that exist without being made (api-platform 14.5).</summary>
    private static readonly (string Name, bool IsBearer, string ConnectionTypes, string? Subjects)[] BuiltIn =
    [
        ("default-user", false, """["STANDARD","WEBSOCKET"]""", null),
        ("default-mqtt-user", true, """["MQTT","STANDARD"]""", null),
        ("default-leaf-user", false, """["LEAFNODE","WEBSOCKET"]""", null),
        ("controller-user", false, """["STANDARD"]""", """["controller.relay.v1.>"]"""),
    ];

    /// <summary>The switch belongs into <c>natsConfig</c>; told before anything else is looked at.</summary>
    /// <exception cref="ApiException">400.</exception>
    public static void RefuseTopLevel(JsonElement body)
    {
        if (body.ValueKind == JsonValueKind.Object && body.TryGetProperty("natsAccess", out _))
        {
            throw ApiException.Validation("natsAccess must be provided under natsConfig.natsAccess");
        }
    }

    /// <exception cref="ApiException">400 for an unknown rule.</exception>
    public static async Task<NatsChoice> ReadAsync(DbSession session, JsonFields body, DateTimeOffset now)
    {
        if (body.Object("natsConfig") is not { } config)
        {
            return new NatsChoice(null, null);
        }

        var access = config.Flag("natsAccess");
        return new NatsChoice(access, config.Text("natsRule") is { } name ? await FindRuleAsync(session, name, now) : null);
    }

    /// <exception cref="ApiException">400 when the application has no access to give.</exception>
    public static void RequireAllowed(bool access, ApplicationRef? application)
    {
        if (access && application is not { NatsAccess: true })
        {
            throw ApiException.Validation("Microservice natsAccess requires application natsAccess=true");
        }
    }

    private static async Task<long> FindRuleAsync(DbSession session, string name, DateTimeOffset now)
    {
        foreach (var (builtIn, isBearer, connectionTypes, subjects) in BuiltIn)
        {
            if (builtIn == name)
            {
                return await NatsUserRuleRefStore.EnsureAsync(session, name, isBearer, connectionTypes, subjects, now);
            }
        }

        return await NatsUserRuleRefStore.FindAsync(session, name)
            ?? throw ApiException.Validation($"NATS user rule {name} does not exist");
    }
}
