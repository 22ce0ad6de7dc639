using Controller.AccessControl;
using Controller.Agents;
using Controller.Configuration;
using Controller.Logging;

namespace Controller.Hosting;

/// <summary>
/// Registers API routes under <c>/api/v3</c>: each is given its class and permission together with its handler, and
/// the check is compiled into the endpoint.
/// </summary>
internal sealed class ApiRoutes(IEndpointRouteBuilder endpoints)
{
    public const string Base = "/api/v3";

    private readonly RouteCatalog _catalog = endpoints.ServiceProvider.GetRequiredService<RouteCatalog>();
    private readonly OperatorGate _operators = endpoints.ServiceProvider.GetRequiredService<OperatorGate>();
    private readonly AgentGate _agents = endpoints.ServiceProvider.GetRequiredService<AgentGate>();
    private readonly DeletedFog _deleted = endpoints.ServiceProvider.GetRequiredService<DeletedFog>();

    private readonly ServerSettings _settings = endpoints.ServiceProvider.GetRequiredService<ControllerSettings>().Server;

    private readonly RequestLog _requests = endpoints.ServiceProvider.GetRequiredService<RequestLog>();

    /// <summary>Where endpoint classes get their services from, once, while they map.</summary>
    public IServiceProvider Services => endpoints.ServiceProvider;

    /// <summary>A route anybody may call; the permission is for the inventory only.</summary>
    public RouteDescription Public(string method, string path, Permission permission, int success, RequestDelegate handler) =>
        Map(new(method, path, RouteClass.Public, permission, success), context =>
        {
            _requests.Received(context);
            return handler(context);
        });

    /// <summary>A route for operators whose roles allow <paramref name="permission"/>.</summary>
    public RouteDescription Operator(string method, string path, Permission permission, int success, RequestDelegate handler) =>
        Map(new(method, path, RouteClass.Authorized, permission, success), async context =>
        {
            await _operators.AuthorizeAsync(context, permission);
            _requests.Received(context);
            await handler(context);
        });

    /// <summary>A route for any signed-in operator; the permission is for the inventory only.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Pattern after <see cref="Base"/>.</param>
    /// <param name="permission">For the inventory.</param>
    /// <param name="success">Status of success.</param>
    /// <param name="handler">Finds the operator among the request's features.</param>
    /// <param name="acceptBareToken">Also takes a token without the word <c>Bearer</c>.</param>
    /// <param name="required">False where the handler itself decides what it does without an operator.</param>
    public RouteDescription SignedIn(
        string method,
        string path,
        Permission permission,
        int success,
        RequestDelegate handler,
        bool acceptBareToken = false,
        bool required = true) =>
        Map(new(method, path, RouteClass.Authenticated, permission, success), async context =>
        {
            if (await _operators.IdentifyAsync(context, acceptBareToken) is null && required)
            {
                throw ApiException.Authentication("Authentication required");
            }

            _requests.Received(context);
            await handler(context);
        });

    /// <summary>A route for Edgelets. One whose fog was deleted is told so instead (decision 8).</summary>
    public RouteDescription Agent(string method, string path, string verb, int success, Func<HttpContext, FogEntry, Task> handler)
    {
        var farewell = _deleted.InPlaceOf(method, path);
        return Map(new(method, path, RouteClass.Agent, new("agent", verb), success), context =>
        {
            // Nearly always decided in memory: then nothing of this waits while a poll is held.
            var fog = _agents.AuthenticateAsync(context);
            return fog.IsCompletedSuccessfully ? HandleAsync(context, fog.Result) : HandleLaterAsync(context, fog);
        });

        async Task HandleLaterAsync(HttpContext context, ValueTask<FogEntry> fog) => await HandleAsync(context, await fog);

        Task HandleAsync(HttpContext context, FogEntry fog)
        {
            context.Features.Set(fog);
            return fog.Identity is { IsDeleted: true } ? farewell(context, fog) : handler(context, fog);
        }
    }

    private RouteDescription Map(ApiRoute route, RequestDelegate handler)
    {
        _catalog.Add(route);
        // HEAD is answered wherever GET is (api-workloads 1.1).
        string[] methods = route.Method == HttpMethods.Get ? [HttpMethods.Get, HttpMethods.Head] : [route.Method];
        endpoints.MapMethods(Base + route.Path, methods, handler).WithMetadata(route, _settings);
        return route.Description;
    }
}
