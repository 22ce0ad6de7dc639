namespace Controller.Sql.Stores;

/// <summary>Which ports of a node are taken.</summary>
public static class PortStore
{
    /// <summary>The external ports that microservices of the fog use. The protocol does not matter (api-workloads 6.8).</summary>
    /// <param name="session">Session.</param>
    /// <param name="fogUuid">Fog uuid.</param>
    /// <param name="exceptMicroservice">Its ports count as free.</param>
    public static async Task<HashSet<int>> ListTakenAsync(DbSession session, string fogUuid, string? exceptMicroservice)
    {
        var rows = await session.QueryAsync(
            """
            SELECT p."port_external" FROM "MicroservicePorts" p JOIN "Microservices" m ON m."uuid" = p."microservice_uuid"
            WHERE m."iofog_uuid" = @fog AND m."uuid" <> @except
            """,
            r => r.Int(),
            new() { { "fog", fogUuid }, { "except", exceptMicroservice ?? "" } }).ConfigureAwait(false);
        return [.. rows];
    }
}
