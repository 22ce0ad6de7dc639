namespace Controller.Hosting;

/// <summary>Who may call a route.</summary>
internal enum RouteClass
{
    /// <summary>Anybody.</summary>
    Public,

    /// <summary>An Edgelet with its fog token.</summary>
    Agent,

    /// <summary>Any signed-in operator.</summary>
    Authenticated,

    /// <summary>An operator whose roles allow the route's resource and verb.</summary>
    Authorized,
}

/// <summary>What RBAC asks for: resource, verb and the path parameter that names the object.</summary>
internal sealed record Permission(string Resource, string Verb, string? NameParameter = null)
{
    /// <summary>The inventory's mark for a route that asks for no verb.</summary>
    public const string None = "-";
}

/// <summary>One served route. <paramref name="Path"/> is the pattern after <c>/api/v3</c>.</summary>
internal sealed record ApiRoute(string Method, string Path, RouteClass Class, Permission Permission, int Success)
{
    public RouteDescription Description { get; } = new();
}

/// <summary>
/// Every API route that is served. A route exists only through it, and it takes no route without a class and a
/// permission, so none can be reachable by accident.
/// </summary>
internal sealed class RouteCatalog
{
    private readonly List<ApiRoute> _routes = [];

    public IReadOnlyList<ApiRoute> Routes => _routes;

    public void Add(ApiRoute route) => _routes.Add(route);
}
