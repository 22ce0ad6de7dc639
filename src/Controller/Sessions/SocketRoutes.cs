using Controller.AccessControl;
using Controller.Hosting;
using Controller.Ws.Sockets;

namespace Controller.Sessions;

/// <summary>Serves an accepted WebSocket until it is closed.</summary>
internal delegate Task SocketHandler(HttpContext context, SessionSocket socket);

/// <summary>
/// The WebSocket routes (websocket 2). They are matched apart from those of requests: an unknown one is answered only
/// after the upgrade, and a request without an upgrade finds none of them.
/// </summary>
internal sealed class SocketRoutes(RouteCatalog catalog)
{
    /// <summary>The inventory's word for the method.</summary>
    public const string Method = "WS";

    private readonly List<(string[] Pattern, SocketHandler Handler)> _routes = [];

    /// <summary>A route for operators; the handler checks <paramref name="permission"/>.</summary>
    public RouteDescription Operator(string path, Permission permission, SocketHandler handler) =>
        Map(new(Method, path, RouteClass.Authorized, permission, StatusCodes.Status101SwitchingProtocols), handler);

    /// <summary>A route for Edgelets; the handler checks their token.</summary>
    public RouteDescription Agent(string path, SocketHandler handler) =>
        Map(new(Method, path, RouteClass.Agent, new("agent", "get"), StatusCodes.Status101SwitchingProtocols), handler);

    /// <summary>The handler of the request's path, whose parameters become route values; null when there is none.</summary>
    public SocketHandler? Match(HttpRequest request)
    {
        if (!request.Path.StartsWithSegments(ApiRoutes.Base, StringComparison.OrdinalIgnoreCase, out var rest) || !rest.HasValue)
        {
            return null;
        }

        var path = rest.Value.EndsWith('/') ? rest.Value[..^1] : rest.Value;
        var segments = path.Split('/');
        foreach (var (pattern, handler) in _routes)
        {
            if (Matches(pattern, segments))
            {
                for (var i = 0; i < pattern.Length; i++)
                {
                    if (IsParameter(pattern[i]))
                    {
                        request.RouteValues[pattern[i][1..^1]] = segments[i];
                    }
                }

                return handler;
            }
        }

        return null;
    }

    private static bool Matches(string[] pattern, string[] segments)
    {
        if (pattern.Length != segments.Length)
        {
            return false;
        }

        for (var i = 0; i < pattern.Length; i++)
        {
            var fits = IsParameter(pattern[i])
                ? segments[i].Length > 0 && !segments[i].Contains('\0', StringComparison.Ordinal)
                : pattern[i].Equals(segments[i], StringComparison.OrdinalIgnoreCase);
            if (!fits)
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsParameter(string segment) => segment.StartsWith('{');

    private RouteDescription Map(ApiRoute route, SocketHandler handler)
    {
        catalog.Add(route);
        _routes.Add((route.Path.Split('/'), handler));
        return route.Description;
    }
}
