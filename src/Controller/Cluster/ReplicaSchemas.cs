using Controller.Validation;

namespace Controller.Cluster;

/// <summary>Bodies of <c>/cluster/controllers</c> (api-platform 5).</summary>
internal static class ReplicaSchemas
{
    public static readonly BodySchema Update = new("ClusterControllerUpdate", Is.Object([("host", Is.String(maxLength: 255))], additional: false));
}
