namespace Controller.Sql.Stores;

/// <summary>Which ports of nodes are taken.</summary>
public static class PortStore
{
    /// <summary>The external ports that microservices of fogs use. The protocol does not matter (api-workloads 6.8).</summary>
    public static Task<List<(string Fog, int Port, string Microservice)>> ListAsync(DbSession session, IEnumerable<string> fogUuids)
    {
        var parameters = new SqlParams();
        return session.QueryAsync(
            $"""
            SELECT m."iofog_uuid", p."port_external", m."uuid" FROM "MicroservicePorts" p JOIN "Microservices" m ON m."uuid" = p."microservice_uuid"
            WHERE m."iofog_uuid" IN {parameters.In("f", fogUuids)}
            """,
            r => (r.Text(), r.Int(), r.Text()),
            parameters);
    }
}
