namespace Controller.AccessControl;

/// <summary>Registers who may do what.</summary>
internal static class AccessControlServices
{
    public static IServiceCollection AddAccessControl(this IServiceCollection services) => services
        .AddSingleton<OperatorGate>()
        .AddSingleton<OperatorUpgrade>()
        .AddSingleton<GrantCache>()
        .AddSingleton<IAuthorizer, Authorizer>();
}
