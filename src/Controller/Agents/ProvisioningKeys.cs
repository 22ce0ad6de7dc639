using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Agents;

/// <summary>A key that provisions one agent once. <paramref name="Expires"/>: milliseconds since 1970.</summary>
internal sealed record ProvisioningKey(string Key, long Expires);

/// <summary>Makes provisioning keys (agent-wire 5).</summary>
internal sealed class ProvisioningKeys(TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(20);

    /// <summary>Gives a fog a new key in place of the former one.</summary>
    public async Task<ProvisioningKey> RenewAsync(DbSession session, string fogUuid)
    {
        var key = new ProvisioningKey(Guid.NewGuid().ToString(), (time.GetUtcNow() + Lifetime).ToUnixTimeMilliseconds());
        await ProvisioningStore.SetKeyAsync(session, fogUuid, key.Key, key.Expires);
        return key;
    }
}
