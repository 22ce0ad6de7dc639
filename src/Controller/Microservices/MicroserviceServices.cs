using Controller.Agents;

namespace Controller.Microservices;

/// <summary>Registers what serves microservices.</summary>
internal static class MicroserviceServices
{
    public static IServiceCollection AddMicroservices(this IServiceCollection services) => services
        .AddSingleton<MicroserviceEnvironment>()
        .AddSingleton<MicroserviceVolumes>()
        .AddSingleton<MicroserviceJson>()
        .AddSingleton<KeptMicroservices>()
        .AddSingleton<MicroserviceLists>()
        .AddSingleton<MicroserviceService>()
        .AddSingleton<MicroserviceOperations>()
        .AddSingleton<MicroserviceMappings>()
        .AddSingleton<SystemApplications>()
        .AddSingleton<NodeDebug>()
        .AddSingleton<ControllerRegistration>();
}
