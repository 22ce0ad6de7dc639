using System.Globalization;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Microservices;

/// <summary>Single port and volume mappings of a microservice (api-workloads 6.8, 6.9).</summary>
internal sealed class MicroserviceMappings(Database database, MicroserviceOperations operations, MicroserviceVolumes volumes, TimeProvider time)
{
    private const string Managed = "Volume mappings of type serviceAccount are system-managed and cannot be";

    public Task AddPortAsync(string uuid, JsonFields body, bool isSystem, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            s.NothingElseChanges();
            var row = await MicroserviceOperations.FindAsync(s, uuid, isSystem);
            var port = MicroservicePorts.ReadOne(body.Element);
            MicroservicePorts.RefuseReserved([port]);
            if (row.FogUuid is { } fog)
            {
                // Nobody's: the microservice keeps the ports that it has.
                await MicroservicePorts.RequireFreeAsync(new MicroserviceReferences(s, []), fog, [port], owner: "");
            }

            await MicroserviceChildStore.AddPortsAsync(s, uuid, [port], time.GetUtcNow());
            await operations.ChangedAsync(s, row, rebuild: true, ChangeFlags.MicroserviceConfig);
        },
        cancel: cancel);

    public Task RemovePortAsync(string uuid, string internalPort, bool isSystem, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            s.NothingElseChanges();
            var row = await MicroserviceOperations.FindAsync(s, uuid, isSystem);
            if (!int.TryParse(internalPort, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var port)
                || !await MicroserviceChildStore.RemovePortAsync(s, uuid, port))
            {
                throw ApiException.NotFound("port mapping not exists");
            }

            await operations.ChangedAsync(s, row, rebuild: true, ChangeFlags.Microservices);
        },
        cancel: cancel);

    /// <returns>The id of the new mapping.</returns>
    public Task<long> AddVolumeAsync(string uuid, JsonFields body, bool isSystem, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            s.NothingElseChanges();
            var row = await MicroserviceOperations.FindAsync(s, uuid, isSystem);
            var mapping = MicroserviceVolumes.ReadOne(body.Element);
            if (mapping.Type == MicroserviceVolumes.ServiceAccount)
            {
                throw ApiException.Validation($"{Managed} created by users");
            }

            var mounts = await volumes.CheckAsync(s, [mapping]);
            if (row.VolumeMappings.Any(m => m with { Id = 0 } == mapping))
            {
                throw ApiException.Validation("Volume mapping already exists");
            }

            var id = await MicroserviceChildStore.AddVolumeMappingAsync(s, uuid, mapping);
            if (row.FogUuid is { } fog)
            {
                await volumes.LinkAsync(s, mounts.Select(m => (m, fog)));
            }

            await operations.ChangedAsync(s, row, rebuild: true, ChangeFlags.Microservices);
            return id;
        },
        cancel: cancel);

    public Task RemoveVolumeAsync(string uuid, string id, bool isSystem, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            s.NothingElseChanges();
            var row = await MicroserviceOperations.FindAsync(s, uuid, isSystem);
            var mapping = long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? row.VolumeMappings.FirstOrDefault(m => m.Id == number)
                : null;
            if (mapping is null)
            {
                throw ApiException.Validation($"Invalid volume mapping id '{id}'");
            }

            if (mapping.Type == MicroserviceVolumes.ServiceAccount)
            {
                throw ApiException.Validation($"{Managed} deleted by users");
            }

            await MicroserviceChildStore.RemoveVolumeMappingsAsync(s, uuid, [mapping.Id]);
            await operations.ChangedAsync(s, row, rebuild: true, ChangeFlags.Microservices);
        },
        cancel: cancel);
}
