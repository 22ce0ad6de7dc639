using Microsoft.AspNetCore.Connections;

namespace Controller.AccessControl;

/// <summary>The operator behind everything that comes in through <see cref="Hosting.LocalSocket"/>: the administrator of this machine.</summary>
internal sealed class LocalOperator
{
    private static readonly LocalOperator Instance = new();

    private static readonly OperatorIdentity Administrator = new("iofog-controller", "iofog-controller", ["admin"], PasswordChangeRequired: false);

    public static ConnectionDelegate Mark(ConnectionDelegate next) => connection =>
    {
        connection.Features.Set(Instance);
        return next(connection);
    };

    /// <summary>Null for a request that came in any other way.</summary>
    public static OperatorIdentity? Of(HttpContext context) => context.Features.Get<LocalOperator>() is null ? null : Administrator;
}
