using Microsoft.AspNetCore.Connections;

namespace Controller.Hosting;

/// <summary>Marks what came in through the Console's listener; both listeners share one server.</summary>
internal sealed class ConsoleConnection
{
    private static readonly ConsoleConnection Instance = new();

    public static bool Carries(HttpContext context) => context.Features.Get<ConsoleConnection>() is not null;

    public static ConnectionDelegate Mark(ConnectionDelegate next) => connection =>
    {
        connection.Features.Set(Instance);
        return next(connection);
    };
}
