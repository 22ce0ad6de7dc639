using Controller.AccessControl;
using Controller.Hosting;
using Controller.Identity.Browser;

namespace Controller.Identity.External;

/// <summary>
/// Stands in for an external issuer that is not configured, which development mode allows: no token is accepted, and
/// whoever wants to sign in is told (auth-rbac 1).
/// </summary>
internal sealed class UnconfiguredIdentity : IBearerValidator, IOperatorSessions, IBrowserSignIn
{
    public ValueTask<OperatorIdentity?> ValidateAsync(string token, CancellationToken cancel) => new((OperatorIdentity?)null);

    public Task<TokenPair> SignInAsync(string name, string password, string? code, CancellationToken cancel) => throw Refusal();

    public Task<TokenPair> RefreshAsync(string refreshToken, CancellationToken cancel) => throw Refusal();

    public Task SignOutAsync(string accessToken, CancellationToken cancel) => throw Refusal();

    public Task<ReadOnlyMemory<byte>> ProfileAsync(OperatorIdentity identity, string accessToken, CancellationToken cancel) => throw Refusal();

    public ValueTask<string> AuthorizationUrlAsync(SignInAttempt attempt, CancellationToken cancel) => throw Refusal();

    public Task<BrowserTokens> ExchangeAsync(SignInAttempt attempt, string code, string? issuer, CancellationToken cancel) => throw Refusal();

    private static ApiException Refusal() =>
        new(500, "InternalError", "Auth is not configured for this cluster. Please contact your administrator.");
}
