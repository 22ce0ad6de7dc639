using Controller.AccessControl;
using Controller.Hosting;

namespace Controller.Identity.External;

/// <summary>Sessions at the external identity provider (auth-rbac 6, rows "External").</summary>
internal sealed partial class ExternalSessions(
    ProviderTokenEndpoint tokens, ProviderHttp http, ProviderDiscovery discovery, TokenVerifier verifier, ILogger<ExternalSessions> log)
    : IOperatorSessions
{
    public async Task<TokenPair> SignInAsync(string name, string password, string? code, CancellationToken cancel)
    {
        List<KeyValuePair<string, string>> form = [new("grant_type", "password"), new("username", name), new("password", password)];
        if (!string.IsNullOrEmpty(code))
        {
            form.Add(new("totp", code));
        }

        var grant = await tokens.RequestAsync(form, Refusal, cancel);
        return new TokenPair(grant.AccessToken, grant.RefreshToken);
    }

    public async Task<TokenPair> RefreshAsync(string refreshToken, CancellationToken cancel)
    {
        var grant = await tokens.RequestAsync([new("grant_type", "refresh_token"), new("refresh_token", refreshToken)], Refusal, cancel);

        // No new one means that the old one stays good (RFC 6749 6); clients need both in every answer.
        return new TokenPair(grant.AccessToken, grant.RefreshToken ?? refreshToken);
    }

    /// <summary>Revokes the token if the provider can (RFC 7009); its failures are not the user's business.</summary>
    public async Task SignOutAsync(string accessToken, CancellationToken cancel)
    {
        try
        {
            var provider = await discovery.GetAsync(cancel);
            if (provider.RevocationEndpoint is { } endpoint && await verifier.VerifyAsync(accessToken, acceptExpired: true, cancel) is not null)
            {
                var answer = await http.PostAsync(
                    endpoint, provider.RevocationAuthMethods, [new("token", accessToken), new("token_type_hint", "access_token")], cancel);
                answer.OrFail();
            }
        }
        catch (IdentityProviderException e)
        {
            NotRevoked(log, e.Message);
        }
    }

    /// <summary>The provider's UserInfo as it is, if it is about the token's subject (OpenID Connect Core 5.3.2).</summary>
    public async Task<ReadOnlyMemory<byte>> ProfileAsync(OperatorIdentity identity, string accessToken, CancellationToken cancel)
    {
        var provider = await discovery.GetAsync(cancel);
        var endpoint = provider.UserInfoEndpoint ?? throw ProviderMetadata.Missing("userinfo_endpoint");
        var answer = await http.GetAsync(endpoint, accessToken, cancel);
        if (answer.IsRefusal || answer.OrFail().Read(body => body.Text("sub")) != identity.Subject)
        {
            throw ApiException.Authentication("The identity provider does not accept the access token");
        }

        return answer.Body;
    }

    private static ApiException Refusal(string? reason) => ApiException.InvalidCredentials(reason ?? "Invalid credentials");

    [LoggerMessage(Level = LogLevel.Warning, Message = "A token was not revoked at sign-out: {reason}")]
    private static partial void NotRevoked(ILogger log, string reason);
}
