using System.Globalization;

namespace Controller.Testing;

/// <summary>
/// A RabbitMQ of our own on 127.0.0.1, which speaks AMQP 0-9-1 and 1.0 and can be killed and started again on the same
/// port. Its user is <c>guest</c>, password <c>guest</c>.
/// </summary>
public sealed class RabbitServer : IAsyncDisposable
{
    private const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    private readonly ServerProcess _names;
    private readonly int _namesPort;
    private readonly int _nodePort = ServerProcess.FreePort();
    private readonly TestAuthority? _authority;
    private readonly string? _certificateUser;
    private ServerProcess? _process;

    private RabbitServer(ServerProcess names, int namesPort, TestAuthority? authority, string? certificateUser)
    {
        _names = names;
        _namesPort = namesPort;
        _authority = authority;
        _certificateUser = certificateUser;
    }

    public int Port { get; } = ServerProcess.FreePort();

    /// <summary>Where it speaks TLS, given an authority.</summary>
    public int TlsPort { get; } = ServerProcess.FreePort();

    /// <param name="authority">Lets it speak TLS to clients with a certificate.</param>
    /// <param name="certificateUser">The user who signs in by a certificate with this common name.</param>
    public static async Task<RabbitServer> StartAsync(TestAuthority? authority = null, string? certificateUser = null)
    {
        await TestDependencies.FindAsync("rabbitmq-server", Program);
        var port = ServerProcess.FreePort();
        var epmd = await TestDependencies.FindAsync("erlang-base", "/usr/bin/epmd");

        // Otherwise a node starts one that outlives it.
        var names = await ServerProcess.StartAsync(
            Directory.CreateTempSubdirectory("controller-epmd-").FullName,
            "KILL",
            [epmd, "-port", Text(port), "-address", "127.0.0.1", "-relaxed_command_check"],
            () => ServerProcess.GreetAsync(port, [0, 1, (byte)'n']));
        var server = new RabbitServer(names, port, authority, certificateUser);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>SIGKILL: whatever it held is gone.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            await process.DisposeAsync();
        }
    }

    public async Task StartAgainAsync()
    {
        var directory = Directory.CreateTempSubdirectory("controller-rabbit-").FullName;
        await File.WriteAllTextAsync(
            Path.Combine(directory, "rabbitmq.conf"),
            $"""
            listeners.tcp.1 = 127.0.0.1:{Text(Port)}
            distribution.listener.interface = 127.0.0.1
            log.console = true
            log.file = false
            {await TlsAsync(directory)}

            """);
        await File.WriteAllTextAsync(Path.Combine(directory, "enabled_plugins"), "[rabbitmq_amqp1_0,rabbitmq_auth_mechanism_ssl].\n");
        string[] environment =
        [
            $"HOME={directory}",
            $"ERL_EPMD_PORT={Text(_namesPort)}",
            "ERL_EPMD_ADDRESS=127.0.0.1",
            $"RABBITMQ_NODENAME=relay{Text(Port)}@localhost",
            $"RABBITMQ_DIST_PORT={Text(_nodePort)}",
            $"RABBITMQ_CONFIG_FILE={directory}/rabbitmq.conf",
            $"RABBITMQ_CONF_ENV_FILE=/dev/null",
            $"RABBITMQ_ENABLED_PLUGINS_FILE={directory}/enabled_plugins",
            $"RABBITMQ_MNESIA_BASE={directory}/mnesia",
            $"RABBITMQ_LOG_BASE={directory}/log",
            $"RABBITMQ_SCHEMA_DIR={directory}/schema",
            $"RABBITMQ_GENERATED_CONFIG_DIR={directory}/generated",
            $"RABBITMQ_PID_FILE={directory}/pid",

            // The script then becomes the server, instead of its parent.
            "RABBITMQ_ALLOW_INPUT=1",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=+S 1:1 +sbwt none -noinput",
        ];
        _process = await ServerProcess.StartAsync(
            directory, "KILL", ["/usr/bin/env", .. environment, Program], () => ServerProcess.GreetAsync(Port, "AMQP\0\0\u0009\u0001"u8.ToArray()));
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await _names.DisposeAsync();
    }

    /// <summary>Writes certificates and the user, and answers the lines that name them.</summary>
    private async Task<string> TlsAsync(string directory)
    {
        if (_authority is not { } authority)
        {
            return "";
        }

        foreach (var (name, text) in new[]
        {
            ("ca.pem", authority.CertificatePem),
            ("server.pem", authority.ServerCertificatePem),
            ("server.key", authority.ServerKeyPem),
            ("definitions.json",
                $$"""
                {
                  "users": [ { "name": "{{_certificateUser}}", "password_hash": "", "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": "" } ],
                  "vhosts": [ { "name": "/" } ],
                  "permissions": [ { "user": "{{_certificateUser}}", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*" } ]
                }
                """),
        })
        {
            await File.WriteAllTextAsync(Path.Combine(directory, name), text);
        }

        return $"""
            listeners.ssl.1 = 127.0.0.1:{Text(TlsPort)}
            ssl_options.cacertfile = {directory}/ca.pem
            ssl_options.certfile = {directory}/server.pem
            ssl_options.keyfile = {directory}/server.key
            ssl_options.verify = verify_peer
            ssl_options.fail_if_no_peer_cert = true
            ssl_cert_login_from = common_name
            auth_mechanisms.1 = EXTERNAL
            load_definitions = {directory}/definitions.json
            """;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
