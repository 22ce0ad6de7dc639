namespace Controller.Roles;

/// <summary>Registers roles, role bindings and service accounts.</summary>
internal static class RoleServices
{
    public static IServiceCollection AddRoles(this IServiceCollection services) => services
        .AddSingleton<RoleService>()
        .AddSingleton<RoleBindingService>()
        .AddSingleton<ServiceAccountService>();
}
