using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Applications;

/// <summary>An application's access to NATS as it is configured (api-workloads 4.2); issuing accounts is not done here.</summary>
internal static class ApplicationNats
{
    private const string SystemExports =
        """
        [{"name":"account-monitoring-streams","subject":"$SYS.ACCOUNT.*.>","type":"stream","account_token_position":3,"description":"Account specific monitoring stream","info_url":"https://docs.nats.io/nats-server/configuration/sys_accounts"},{"name":"account-monitoring-services","subject":"$SYS.REQ.ACCOUNT.*.*","type":"service","response_type":"Stream","account_token_position":4,"description":"Request account specific monitoring services for: SUBSZ, CONNZ, LEAFZ, JSZ and INFO","info_url":"https://docs.nats.io/nats-server/configuration/sys_accounts"}]
        """;

    /// <summary>Rules that exist without being made (api-platform 14.5).</summary>
    private static readonly (string Name, bool HasJetStream, string? Exports)[] BuiltIn =
    [
        ("default-account", true, null),
        ("controller-account", true, null),
        ("default-system-account", false, SystemExports),
    ];

    /// <summary>The application with the body's <c>natsConfig</c> laid over it. Switching access off clears the rule.</summary>
    /// <exception cref="ApiException">400 for a rule that does not exist, or that no NATS token can hold.</exception>
    public static async Task<ApplicationRow> ApplyAsync(DbSession session, ApplicationRow row, JsonFields body, DateTimeOffset now)
    {
        if (body.Object("natsConfig") is not { } config)
        {
            return row;
        }

        var access = config.Flag("natsAccess") ?? row.NatsAccess;
        var rule = config.Text("natsRule") is { } name ? await FindRuleAsync(session, name, now) : row.NatsRuleId;
        return row with { NatsAccess = access, NatsRuleId = config.Flag("natsAccess") == false ? null : rule };
    }

    private static async Task<long> FindRuleAsync(DbSession session, string name, DateTimeOffset now)
    {
        foreach (var (builtIn, hasJetStream, exports) in BuiltIn)
        {
            if (builtIn == name)
            {
                return await NatsAccountRuleRefStore.EnsureAsync(session, name, hasJetStream, exports, now);
            }
        }

        var (id, texts) = await NatsAccountRuleRefStore.FindAsync(session, name)
            ?? throw ApiException.Validation($"NATS account rule {name} does not exist");
        return texts.All(t => t.All(c => c <= '\u00ff'))
            ? id
            : throw ApiException.Validation($"NATS account rule {name} has characters outside Latin-1");
    }
}
