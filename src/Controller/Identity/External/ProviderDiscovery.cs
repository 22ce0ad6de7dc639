using Controller.Configuration;

namespace Controller.Identity.External;

/// <summary>
/// The provider's discovery document: fetched at the first use and kept as long as this process lives; a failed attempt
/// is repeated by a later request (auth-rbac 2).
/// </summary>
internal sealed partial class ProviderDiscovery
{
    private const string WellKnown = "/.well-known/openid-configuration";

    private readonly ProviderHttp _http;
    private readonly AuthSettings _auth;
    private readonly ILogger<ProviderDiscovery> _log;
    private readonly Fetched<ProviderMetadata> _metadata;

    public ProviderDiscovery(ProviderHttp http, ControllerSettings settings, TimeProvider time, ILogger<ProviderDiscovery> log)
    {
        _http = http;
        _auth = settings.Auth;
        _log = log;
        _metadata = new Fetched<ProviderMetadata>(FetchAsync, time);
    }

    /// <exception cref="IdentityProviderException">It is not known and cannot be fetched.</exception>
    public ValueTask<ProviderMetadata> GetAsync(CancellationToken cancel) => _metadata.GetAsync(TimeSpan.MaxValue, cancel);

    private async Task<ProviderMetadata> FetchAsync()
    {
        var configured = _auth.IssuerUrl!.TrimEnd('/');
        var url = new Uri(configured.Contains("/.well-known/", StringComparison.Ordinal) ? configured : configured + WellKnown);
        var answer = await _http.GetAsync(url, CancellationToken.None);
        var metadata = answer.OrFail().Read(document => ProviderMetadata.Parse(document, _auth.InsecureAllowHttp));
        Found(_log, metadata.Issuer);
        if (url.OriginalString == configured + WellKnown && metadata.Issuer.TrimEnd('/') != configured)
        {
            // A provider that is reached by another name inside its cluster is in order; a mistyped address is not.
            NamedOtherwise(_log, configured, metadata.Issuer);
        }

        return metadata;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Operators are known by the identity provider {issuer}")]
    private static partial void Found(ILogger log, string issuer);

    [LoggerMessage(Level = LogLevel.Warning, Message = "OIDC_ISSUER_URL is {configured} but the provider there calls itself {issuer}: only tokens with that issuer are accepted")]
    private static partial void NamedOtherwise(ILogger log, string configured, string issuer);
}
