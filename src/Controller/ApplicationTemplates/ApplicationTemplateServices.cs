namespace Controller.ApplicationTemplates;

/// <summary>Registers application templates.</summary>
internal static class ApplicationTemplateServices
{
    public static IServiceCollection AddApplicationTemplates(this IServiceCollection services) => services
        .AddSingleton<ApplicationTemplateQueries>()
        .AddSingleton<ApplicationTemplateService>()
        .AddSingleton<TemplateDeployment>();
}
