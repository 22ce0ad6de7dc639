using Controller.Agents;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Fogs;

/// <summary>Orders to the agent itself (api-workloads 3.7 and 3.8).</summary>
internal sealed class FogCommands(Database database, FogReader reader, ProvisioningKeys keys, ChangeNotifier changes)
{
    /// <summary>A new provisioning key in place of the former one.</summary>
    public Task<ProvisioningKey> NewKeyAsync(string uuid, CancellationToken cancel) => database.WriteAsync(
        async s => await FogStore.LockAsync(s, uuid) ? await keys.RenewAsync(s, uuid) : throw FogErrors.Unknown(uuid),
        Durability.Durable,
        cancel);

    /// <summary>Tells the agent to replace itself by another version.</summary>
    /// <param name="uuid">Agent.</param>
    /// <param name="command">upgrade or rollback.</param>
    /// <param name="semver">Target; null = the agent chooses.</param>
    /// <param name="cancel">Gives up.</param>
    public Task ChangeVersionAsync(string uuid, string command, string? semver, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            var status = await FogStore.LockAsync(s, uuid) ? await reader.StatusAsync(s, uuid) : null;
            if (status is null)
            {
                throw FogErrors.Unknown(uuid);
            }

            if (command == "rollback" && status.IsReadyToRollback != true)
            {
                throw ApiException.Validation("Can't rollback version now. There are no backups on agent");
            }

            if (command == "upgrade" && status.IsReadyToUpgrade == false)
            {
                throw ApiException.Validation("Can't upgrade version now. Latest is already installed");
            }

            await keys.RenewAsync(s, uuid);
            await ProvisioningStore.SetVersionCommandAsync(s, uuid, new(command, semver));
            await changes.RaiseAsync(s, uuid, ChangeFlags.Version);
        },
        Durability.Durable,
        cancel);

    /// <summary>Raises a flag that is an order by itself.</summary>
    public Task OrderAsync(string uuid, ChangeFlags order, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            if (!await FogStore.LockAsync(s, uuid))
            {
                throw FogErrors.Unknown(uuid);
            }

            await changes.RaiseAsync(s, uuid, order);
        },
        Durability.Durable,
        cancel);
}
