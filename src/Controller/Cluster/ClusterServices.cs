namespace Controller.Cluster;

/// <summary>Registers what replicas know of each other.</summary>
internal static class ClusterServices
{
    public static IServiceCollection AddCluster(this IServiceCollection services) => services
        .AddSingleton<Replica>()
        .AddSingleton<ReplicaService>()
        .AddHostedService<ReplicaHeartbeat>();
}
