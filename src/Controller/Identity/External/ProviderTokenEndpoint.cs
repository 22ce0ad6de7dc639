using Controller.Configuration;
using Controller.Hosting;

namespace Controller.Identity.External;

/// <summary>What the token endpoint grants.</summary>
/// <param name="AccessToken">API bearer.</param>
/// <param name="RefreshToken">Null when it gives none.</param>
/// <param name="IdToken">Only for a code.</param>
internal sealed record TokenGrant(string AccessToken, string? RefreshToken, string? IdToken);

/// <summary>The provider's token endpoint (RFC 6749 3.2).</summary>
internal sealed partial class ProviderTokenEndpoint(
    ProviderHttp http, ProviderDiscovery discovery, TokenVerifier verifier, ControllerSettings settings, ILogger<ProviderTokenEndpoint> log)
{
    /// <summary>Longer texts of a provider are cut.</summary>
    private const int MostReason = 500;

    /// <summary>Asks for tokens.</summary>
    /// <param name="form">Grant type and its parameters.</param>
    /// <param name="refusal">Makes the error of a refusal from the provider's reason; null when it gives none.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ApiException">That error.</exception>
    /// <exception cref="IdentityProviderException">The endpoint does not work.</exception>
    public async Task<TokenGrant> RequestAsync(
        IEnumerable<KeyValuePair<string, string>> form, Func<string?, ApiException> refusal, CancellationToken cancel)
    {
        var provider = await discovery.GetAsync(cancel);
        var endpoint = provider.TokenEndpoint ?? throw ProviderMetadata.Missing("token_endpoint");
        var answer = await http.PostAsync(endpoint, provider.TokenAuthMethods, form, cancel);
        var grant = answer.IsRefusal ? throw refusal(Reason(answer)) : answer.OrFail().Read(Grant);
        await WarnWhenUselessAsync(grant.AccessToken, cancel);
        return grant;
    }

    private static TokenGrant Grant(JsonFields body) => new(
        body.Text("access_token") is { Length: > 0 } token ? token : throw new IdentityProviderException("The token endpoint gave no access_token"),
        body.Text("refresh_token") is { Length: > 0 } refresh ? refresh : null,
        body.Text("id_token"));

    /// <summary><c>error_description</c>, else <c>error</c> (auth-rbac 6.1).</summary>
    private string? Reason(ProviderAnswer answer)
    {
        string? error = null, description = null;
        try
        {
            (error, description) = answer.Read(body => (body.Text("error"), body.Text("error_description")));
        }
        catch (IdentityProviderException)
        {
            // It says no and does not say why.
        }

        if (error is not "invalid_grant")
        {
            // Not the user's fault: the client is not set up as it must be.
            Refused(log, answer.From, answer.Status, error ?? "no OAuth error");
        }

        var reason = string.IsNullOrEmpty(description) ? error : description;
        return string.IsNullOrEmpty(reason) ? null : reason.Length > MostReason ? reason[..MostReason] : reason;
    }

    /// <summary>
    /// Tells the log at the login what otherwise shows only as a 401 of everything after it: the provider does not make
    /// access tokens for this API.
    /// </summary>
    private async Task WarnWhenUselessAsync(string accessToken, CancellationToken cancel)
    {
        try
        {
            if (await verifier.VerifyAsync(accessToken, acceptExpired: false, cancel) is null)
            {
                Useless(log, settings.Auth.ClientId!);
            }
        }
        catch (IdentityProviderException)
        {
            // Its keys are away; what was asked for worked.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The identity provider's access tokens are not accepted here: they must be JWTs for the audience {clientId}")]
    private static partial void Useless(ILogger log, string clientId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{endpoint} refused a request of this client: {status} {error}")]
    private static partial void Refused(ILogger log, Uri endpoint, int status, string error);
}
