namespace Controller.Sql.Stores;

/// <summary>Which ports of a node are taken.</summary>
public static class PortStore
{
    /// <summary>
    /// Those of the given external ports that microservices of the fog use. The protocol does not matter
    /// (api-workloads 6.8).
    /// </summary>
    /// <param name="session">Session.</param>
    /// <param name="fogUuid">Fog uuid.</param>
    /// <param name="external">Ports asked for.</param>
    /// <param name="exceptMicroservice">Its ports count as free.</param>
    public static async Task<HashSet<int>> ListTakenAsync(
        DbSession session, string fogUuid, IEnumerable<int> external, string? exceptMicroservice)
    {
        var parameters = new SqlParams { { "fog", fogUuid }, { "except", exceptMicroservice ?? "" } };
        var rows = await session.QueryAsync(
            $"""
            SELECT p."port_external" FROM "MicroservicePorts" p JOIN "Microservices" m ON m."uuid" = p."microservice_uuid"
            WHERE m."iofog_uuid" = @fog AND m."uuid" <> @except AND p."port_external" IN {parameters.In("p", external)}
            """,
            r => r.Int(),
            parameters).ConfigureAwait(false);
        return [.. rows];
    }
}
