namespace Controller.Substitution;

/// <summary>Registers the filling in of placeholders: one of each per request.</summary>
internal static class SubstitutionServices
{
    public static IServiceCollection AddSubstitution(this IServiceCollection services) => services
        .AddScoped<Lookups>()
        .AddScoped<Placeholders>();
}
