using Controller.AccessControl;
using Controller.Hosting;

namespace Controller.Identity;

/// <summary>Sessions of local accounts.</summary>
internal sealed class EmbeddedSessions(PasswordSignIn signIn, TokenRefresh refresh, SignOut signOut, Profiles profiles) : IOperatorSessions
{
    public Task<TokenPair> SignInAsync(string name, string password, string? code, CancellationToken cancel) =>
        signIn.SignInAsync(name, password, code, cancel);

    public Task<TokenPair> RefreshAsync(string refreshToken, CancellationToken cancel) => refresh.RefreshAsync(refreshToken, cancel);

    public Task SignOutAsync(string accessToken, CancellationToken cancel) => signOut.EndAllAsync(accessToken, cancel);

    public async Task<ReadOnlyMemory<byte>> ProfileAsync(OperatorIdentity identity, string accessToken, CancellationToken cancel) =>
        JsonResponse.Bytes(await profiles.OfAsync(identity, cancel), IdentityJson.Default.ProfileBody);
}
