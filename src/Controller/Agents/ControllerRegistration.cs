using Controller.Hosting;
using Controller.Microservices;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Agents;

/// <summary>
/// A Controller that runs as a workload of a system node becomes a microservice <c>controller</c> of that node's
/// system application (agent-wire 17).
/// </summary>
internal sealed class ControllerRegistration(Database database, MicroserviceService service, SystemApplications applications)
{
    public const string Name = "controller";

    private const int LongestUuid = 36;

    /// <summary>Makes or updates the microservice of this uuid.</summary>
    /// <param name="fog">The agent's node.</param>
    /// <param name="uuid">Uuid that the agent chose.</param>
    /// <param name="body">The workload, with the name and schedule of the Controller.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ApiException">400 for a uuid that is taken by something else, 409 for a second Controller on the node.</exception>
    public Task RegisterAsync(FogIdentity fog, string uuid, JsonFields body, CancellationToken cancel)
    {
        if (uuid.Length is 0 or > LongestUuid)
        {
            throw InvalidUuid(uuid);
        }

        return database.WriteAsync(
            async s =>
            {
                if (await MicroserviceStore.FindForUpdateAsync(s, uuid) is { } existing)
                {
                    // Another node's, or not a Controller: no agent may take over what is not its own.
                    if (existing.FogUuid != fog.Uuid || !existing.IsController)
                    {
                        throw InvalidUuid(uuid);
                    }

                    await service.UpdateAsync(s, existing, body, UpdateRules.Internal);
                    return;
                }

                var target = await FogTargetStore.FindAsync(s, fog.Uuid) ?? throw ApiException.NotFound($"Invalid ioFog UUID '{fog.Uuid}'");
                var application = await applications.EnsureAsync(s, target.Name);
                await service.CreateSystemAsync(s, application, target, body, new SystemOrigin(uuid, IsController: true));
            },
            cancel: cancel);
    }

    private static ApiException InvalidUuid(string uuid) => ApiException.Validation($"Invalid microservice UUID '{uuid}'");
}
