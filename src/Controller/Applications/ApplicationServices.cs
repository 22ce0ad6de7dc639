namespace Controller.Applications;

/// <summary>Registers what serves applications.</summary>
internal static class ApplicationServices
{
    public static IServiceCollection AddApplications(this IServiceCollection services) => services
        .AddSingleton<ApplicationBodies>()
        .AddSingleton<ApplicationQueries>()
        .AddSingleton<ApplicationLists>()
        .AddSingleton<ApplicationMembers>()
        .AddSingleton<ApplicationService>()
        .AddSingleton<StoppedApplicationsJob>()
        .AddHostedService(p => p.GetRequiredService<StoppedApplicationsJob>());
}
