using Controller.AccessControl;
using Controller.Hosting;

namespace Controller.Identity;

/// <summary>Signing in, staying in and out (auth-rbac 6.1 to 6.4): by local accounts, or at an external identity provider.</summary>
internal interface IOperatorSessions
{
    /// <param name="name">Login name as it was typed.</param>
    /// <param name="password">Its password.</param>
    /// <param name="code">Code of the second factor; null or empty = none.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ApiException">401 when it is refused.</exception>
    Task<TokenPair> SignInAsync(string name, string password, string? code, CancellationToken cancel);

    /// <exception cref="ApiException">401 when it is refused.</exception>
    Task<TokenPair> RefreshAsync(string refreshToken, CancellationToken cancel);

    /// <summary>Ends the sessions of the token's user, as far as the issuer can. A token that is not the issuer's does nothing.</summary>
    Task SignOutAsync(string accessToken, CancellationToken cancel);

    /// <summary>What a signed-in operator sees of themselves, as JSON.</summary>
    /// <param name="identity">Who asks.</param>
    /// <param name="accessToken">The verified token they asked with.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ApiException">401 when the issuer does not know the token any more.</exception>
    Task<ReadOnlyMemory<byte>> ProfileAsync(OperatorIdentity identity, string accessToken, CancellationToken cancel);
}
