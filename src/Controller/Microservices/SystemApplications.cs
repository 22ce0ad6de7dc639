using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Microservices;

/// <summary>The application that holds the Controller's own microservices of a node: <c>system-</c> + the agent's name (api-workloads 3.10).</summary>
internal sealed class SystemApplications(TimeProvider time)
{
    private const string Prefix = "system-";

    public static string NameFor(string fogName) => fogName.Length > 0
        ? Prefix + fogName
        : throw ApiException.Validation("Missing fog name for system application naming");

    /// <summary>The system application of a fog, made when it is missing.</summary>
    /// <exception cref="ApiException">400 when a user's application has its name.</exception>
    public async Task<ApplicationRef> EnsureAsync(DbSession session, string fogName)
    {
        var name = NameFor(fogName);
        var application = await ApplicationRefStore.FindByNameAsync(session, name);
        if (application is null)
        {
            await ApplicationRefStore.EnsureSystemAsync(session, name, time.GetUtcNow());
            application = await ApplicationRefStore.FindByNameAsync(session, name);
        }

        return application is { IsSystem: true } ? application : throw ApiException.Validation($"System application name conflict: {name}");
    }
}
