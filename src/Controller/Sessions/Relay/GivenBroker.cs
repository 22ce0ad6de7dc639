using System.Security.Cryptography.X509Certificates;
using Controller.Configuration;
using Controller.Ws.Relay.Brokers;

namespace Controller.Sessions.Relay;

/// <summary>The operator's own broker, by its URL. Files are read for each connection, so that they may be replaced.</summary>
internal sealed class GivenBroker(RelaySettings settings) : IRelayBroker
{
    private const int NatsPort = 4222, AmqpPort = 5672, AmqpsPort = 5671;

    public async ValueTask<BrokerPlace?> FindAsync(CancellationToken cancel)
    {
        var url = new Uri(settings.Url!.Reveal());
        var user = url.UserInfo.Split(':', 2);
        var path = url.AbsolutePath.TrimStart('/');
        return new BrokerPlace
        {
            Hosts = [url.DnsSafeHost],
            Port = url.IsDefaultPort || url.Port <= 0 ? DefaultPort(url.Scheme) : url.Port,
            UseTls = url.Scheme is "tls" or "amqps",
            UserName = user[0].Length > 0 ? Uri.UnescapeDataString(user[0]) : null,
            Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null,
            VirtualHost = path.Length > 0 ? Uri.UnescapeDataString(path) : "/",
            NatsCredentials = settings.CredentialsFile is { } file ? await File.ReadAllTextAsync(file, cancel) : null,
            Authorities = settings.AuthorityFile is { } authority ? await ReadAsync(authority, cancel) : null,
        };
    }

    private static int DefaultPort(string scheme) => scheme switch
    {
        "amqp" => AmqpPort,
        "amqps" => AmqpsPort,
        _ => NatsPort,
    };

    private static async Task<X509Certificate2Collection> ReadAsync(string file, CancellationToken cancel)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(await File.ReadAllTextAsync(file, cancel));
        return certificates;
    }
}
