using Controller.Hosting;
using Controller.Platform;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Fogs;

/// <summary>
/// Checks the routers that a fog names, by fog uuid, fog name or alias, and turns them into uuids (api-workloads 3.3). A
/// fog counts as a router from the moment its specification says so: the router itself comes with the reconcile.
/// </summary>
internal static class FogRouters
{
    /// <summary>The body's upstream routers as uuids; null when it has none.</summary>
    /// <exception cref="ApiException">404 unknown, 400 not an interior router.</exception>
    public static async Task<IReadOnlyList<string>?> UpstreamsAsync(DbSession session, JsonFields body)
    {
        if (body.Texts("upstreamRouters") is not { } names)
        {
            return null;
        }

        var known = await ResolveAsync(session, names);
        var upstreams = new List<string>(names.Count);
        foreach (var name in names)
        {
            if (name == PlatformSpec.DefaultRouter)
            {
                upstreams.Add(name);
                continue;
            }

            var (uuid, mode) = known(name);
            upstreams.Add(mode == "interior" ? uuid : throw ApiException.Validation($"Upstream router must be interior '{name}'"));
        }

        return upstreams;
    }

    /// <summary>The body's network router as uuid; null when it has none.</summary>
    /// <exception cref="ApiException">404 unknown.</exception>
    public static async Task<string?> NetworkAsync(DbSession session, JsonFields body)
    {
        if (body.Text("networkRouter") is not { Length: > 0 } name || name == PlatformSpec.DefaultRouter)
        {
            return body.Text("networkRouter");
        }

        var (uuid, mode) = (await ResolveAsync(session, [name]))(name);
        return PlatformModes.IsNone(mode) ? throw Invalid(name) : uuid;
    }

    private static async Task<Func<string, (string Uuid, string? Mode)>> ResolveAsync(DbSession session, IReadOnlyCollection<string> names)
    {
        var fogs = await FogStore.ListAsRoutersAsync(session, [.. names.Where(n => n != PlatformSpec.DefaultRouter)]);
        return name =>
        {
            var fog = fogs.Find(f => f.Uuid == name) ?? fogs.Find(f => f.Name == name) ?? throw Invalid(name);
            return (fog.Uuid, Mode(fog));
        };
    }

    private static string? Mode(FogAsRouter fog) => fog.IsEdge switch
    {
        true => "edge",
        false => "interior",
        null => fog.SpecJson is { } spec ? PlatformSpec.Parse(spec).RouterMode : null,
    };

    private static ApiException Invalid(string name) => ApiException.NotFound($"Invalid router '{name}'");
}
