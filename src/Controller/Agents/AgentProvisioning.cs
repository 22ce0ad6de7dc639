using Controller.Configuration;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Agents;

/// <summary>Binds agents to fogs and lets them go (agent-wire 5 and 6).</summary>
internal sealed class AgentProvisioning(
    Database database, Fleet fleet, FogKeys keys, ChangeNotifier changes, NodeTransitions nodes, ControllerSettings settings, TimeProvider time)
{
    private const ChangeFlags EverythingToLoad = ChangeFlags.VolumeMounts | ChangeFlags.Registries | ChangeFlags.Microservices;

    /// <summary>Uses a key up and gives its agent an identity; a failure leaves the key usable.</summary>
    /// <exception cref="ApiException">404 unknown key, 401 expired, 400 a microservice has no image for the architecture.</exception>
    public async Task<ProvisionedBody> ProvisionAsync(string key, int architecture, string? engine, CancellationToken cancel)
    {
        var answer = await database.WriteAsync(s => ProvisionAsync(s, key, architecture, engine), Durability.Durable, cancel);
        // The entry may be new to this process, and of another key before.
        if (fleet.Find(answer.Uuid) is { } fog)
        {
            fog.Polls.Reset();
        }

        return answer;
    }

    /// <summary>The agent was told to leave: it is refused from now on, until it is provisioned again.</summary>
    public async Task DeprovisionAsync(FogEntry fog, IReadOnlyCollection<string> microserviceUuids, CancellationToken cancel)
    {
        await nodes.DeprovisionedAsync(fog, microserviceUuids, cancel);
        await database.WriteAsync(
            async s =>
            {
                await NodeStore.EndExecAsync(s, fog.Uuid, time.GetUtcNow());
                await ProvisioningStore.DeletePublicKeyAsync(s, fog.Uuid);
                s.OnCommitted(() => fleet.Forget(fog.Uuid));
            },
            Durability.Durable,
            cancel);
    }

    private async Task<ProvisionedBody> ProvisionAsync(DbSession session, string key, int architecture, string? engine)
    {
        var taken = await ProvisioningStore.TakeKeyAsync(session, key) ?? throw ApiException.NotFound("Invalid Provisioning Key");
        var now = time.GetUtcNow();
        if (taken.Expires < now.ToUnixTimeMilliseconds())
        {
            throw ApiException.Authentication("Expired provision key");
        }

        var uuid = taken.FogUuid;
        var fog = await FogStore.LockAsync(session, uuid) ? await FogStore.FindAsync(session, uuid) : null;
        if (fog is null)
        {
            throw ApiException.NotFound("Invalid ioFog UUID '{}'");
        }

        // An agent that could not tell its architecture does not undo what is known of it.
        var arch = architecture == 0 ? fog.ArchId : architecture;
        var unfit = await ProvisioningStore.ListWithoutImageAsync(session, uuid, arch);
        if (unfit.Count > 0)
        {
            throw ApiException.Validation(
                "Some of microservices haven't proper docker images for this ioFog type. List of invalid microservices:\n"
                + string.Concat(unfit.Select(name => $" \"{name}\" microservice\n")));
        }

        var (privateKey, publicKey) = keys.Create(uuid);
        await ProvisioningStore.SetPublicKeyAsync(session, uuid, publicKey, now);
        await ProvisioningStore.SetProvisionedAsync(session, uuid, arch, engine, now);
        await ProvisioningStore.DeleteKeyAsync(session, key);
        await changes.RaiseAsync(session, uuid, EverythingToLoad);
        session.OnCommitted(() => fleet.Rekeyed(uuid));
        return new(uuid, privateKey, settings.App.Namespace);
    }
}
