using System.Security.Cryptography;
using System.Text;
using Controller.Configuration;
using Controller.Identity.Browser;
using Controller.Secrets;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Identity.Issuer;

/// <summary>A client of the embedded issuer (auth-rbac 4).</summary>
/// <param name="Id">Client id.</param>
/// <param name="IsPublic">It has no secret and must use PKCE.</param>
/// <param name="RedirectUris">Compared character by character.</param>
/// <param name="PostLogoutRedirectUris">As <paramref name="RedirectUris"/>, after signing out.</param>
internal sealed record IssuerClient(
    string Id, bool IsPublic, IReadOnlyList<string> RedirectUris, IReadOnlyList<string> PostLogoutRedirectUris);

/// <summary>
/// The registered clients, fixed at start: the Controller itself, and the Console as a public client when enabled. The
/// Controller's secret is configured, else made once and kept encrypted.
/// </summary>
internal sealed class IssuerClients
{
    private const string Field = "secret";

    private readonly Database _database;
    private readonly SecretData _data;
    private readonly ControllerSettings _settings;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, IssuerClient> _clients;
    private byte[]? _secretHash;

    public IssuerClients(Database database, SecretData data, ControllerSettings settings, TimeProvider time)
    {
        _database = database;
        _data = data;
        _settings = settings;
        _time = time;
        var (api, console) = (settings.Server.PublicUrl, settings.Console.Url);
        string[] afterLogout = [.. new[] { $"{console}/login", $"{console}/", $"{api}/" }.Distinct()];
        Own = new IssuerClient(settings.Auth.ClientId!, false, [OAuthCallback.UrlOf(settings)], afterLogout);
        _clients = new(StringComparer.Ordinal) { [Own.Id] = Own };
        if (settings.Auth.ConsoleClientEnabled)
        {
            _clients.TryAdd(settings.Auth.ConsoleClientId, new IssuerClient(settings.Auth.ConsoleClientId, true, [$"{api}/"], afterLogout));
        }
    }

    /// <summary>The Controller itself, as browser login uses it. The only client with a secret.</summary>
    public IssuerClient Own { get; }

    public IEnumerable<IssuerClient> All => _clients.Values;

    /// <summary>Settles the secret and records the clients; replicas that start together agree.</summary>
    public Task StartAsync(CancellationToken cancel) => _database.WriteAsync(
        async s =>
        {
            await BootstrapStore.LockAsync(s);
            var now = _time.GetUtcNow();
            var name = $"oidc-client-{Own.Id}";
            var stored = await IssuerClientStore.SecretAsync(s, Own.Id) is { } text ? _data.Open(name, text)?.GetValueOrDefault(Field) : null;
            var secret = _settings.Auth.ClientSecret?.Reveal() ?? stored ?? RandomText.Create();
            if (secret != stored)
            {
                await IssuerClientStore.PutAsync(s, Own.Id, "confidential", _data.Seal(name, [new(Field, secret)]), now);
            }

            foreach (var client in All.Where(c => c.IsPublic))
            {
                await IssuerClientStore.PutAsync(s, client.Id, "public", null, now);
            }

            _secretHash = Hash(secret);
        },
        cancel: cancel);

    public IssuerClient? Find(string? id) => id is null ? null : _clients.GetValueOrDefault(id);

    /// <summary>Whether the text is the client's secret. A public client has none.</summary>
    public bool HasSecret(IssuerClient client, string secret) =>
        !client.IsPublic && _secretHash is { } expected && CryptographicOperations.FixedTimeEquals(Hash(secret), expected);

    private static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
