namespace Controller.Identity.External;

/// <summary>
/// The provider's keys, kept for ten minutes and fetched again when a token names one that is not known, but then at
/// most every 30 s (auth-rbac 2). While the provider is away the keys it had last still count.
/// </summary>
internal sealed partial class ProviderKeys : IVerificationKeys
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(10);

    private readonly ProviderHttp _http;
    private readonly ProviderDiscovery _discovery;
    private readonly ILogger<ProviderKeys> _log;
    private readonly Fetched<ProviderKeySet> _keys;

    public ProviderKeys(ProviderHttp http, ProviderDiscovery discovery, TimeProvider time, ILogger<ProviderKeys> log)
    {
        _http = http;
        _discovery = discovery;
        _log = log;
        _keys = new Fetched<ProviderKeySet>(FetchAsync, time);
    }

    /// <inheritdoc/>
    public async ValueTask<VerificationKey?> FindAsync(string? kid, string algorithm, CancellationToken cancel)
    {
        if (!ProviderKeySet.Supports(algorithm))
        {
            return null;
        }

        var known = await KnownAsync(cancel);

        // A key that could not be looked up is not an unknown key: this second attempt may fail.
        return known.Find(kid, algorithm) ?? (await _keys.GetAsync(Fetched<ProviderKeySet>.LeastInterval, cancel)).Find(kid, algorithm);
    }

    private async ValueTask<ProviderKeySet> KnownAsync(CancellationToken cancel)
    {
        try
        {
            return await _keys.GetAsync(Fresh, cancel);
        }
        catch (IdentityProviderException) when (_keys.Last is { } last)
        {
            return last;
        }
    }

    private async Task<ProviderKeySet> FetchAsync()
    {
        try
        {
            var provider = await _discovery.GetAsync(CancellationToken.None);
            var answer = await _http.GetAsync(provider.JwksUri, CancellationToken.None);
            return answer.OrFail().Read(document => ProviderKeySet.Parse(document, provider.Issuer));
        }
        catch (IdentityProviderException e)
        {
            NotFetched(_log, e.Message);
            throw;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The identity provider's keys were not fetched: {reason}")]
    private static partial void NotFetched(ILogger log, string reason);
}
