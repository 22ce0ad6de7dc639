using System.Diagnostics;
using Controller.Agents;
using Controller.Configuration;
using Controller.Fogs;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Tunnels;

/// <summary>Asks nodes to open a reverse SSH tunnel to a server, or to close it (api-platform 7).</summary>
internal sealed class TunnelService(
    Database database, ControllerSettings settings, TunnelPasswords passwords, PortProbe probe, ChangeNotifier changes, TimeProvider time)
{
    /// <summary>The SSH port of a node, and what the agent takes by default.</summary>
    private const int SshPort = 22;

    /// <summary>How long ports of the server are tried; after that the next one that no other tunnel has is good enough.</summary>
    private static readonly TimeSpan MostProbing = TimeSpan.FromSeconds(5);

    public Task<List<TunnelRow>> ListAsync(CancellationToken cancel) => database.ReadAsync(TunnelStore.ListAsync, cancel);

    public async Task<TunnelRow> GetAsync(string fogUuid, CancellationToken cancel) =>
        await database.ReadAsync(s => TunnelStore.FindAsync(s, fogUuid), cancel) ?? throw Unknown();

    /// <summary>
    /// Opens the tunnel of a node. The port on the server is the lowest in the range that no other tunnel has and where
    /// nothing answers; a tunnel that is open to the same server keeps its port.
    /// </summary>
    /// <param name="fogUuid">Node.</param>
    /// <param name="given">Members that win over the configuration; null = none.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task OpenAsync(string fogUuid, JsonFields? given, CancellationToken cancel)
    {
        if (!await database.ReadAsync(async s => await FogStore.FindAsync(s, fogUuid) is not null, cancel))
        {
            throw FogErrors.Unknown(fogUuid);
        }

        var target = Target(fogUuid, given);
        var started = Stopwatch.GetTimestamp();
        HashSet<int> answering = [];
        while (true)
        {
            var port = await database.ReadAsync(s => ChooseAsync(s, fogUuid, target.Host, answering), cancel);
            if (!port.IsKept && Stopwatch.GetElapsedTime(started) < MostProbing && await probe.AnswersAsync(target.Host, port.Number, cancel))
            {
                answering.Add(port.Number);
            }
            else if (await database.WriteAsync(s => OpenAsync(s, fogUuid, target, port.Number, answering), Durability.Durable, cancel))
            {
                return;
            }
        }
    }

    public Task CloseAsync(string fogUuid, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            if (!await FogStore.LockAsync(s, fogUuid) || !await TunnelStore.CloseAsync(s, fogUuid))
            {
                throw Unknown();
            }

            await changes.RaiseAsync(s, fogUuid, ChangeFlags.Tunnel);
        },
        Durability.Durable,
        cancel);

    /// <returns>False when another tunnel took the port meanwhile.</returns>
    private async Task<bool> OpenAsync(DbSession session, string fogUuid, TunnelTarget target, int port, HashSet<int> answering)
    {
        if (!await FogStore.LockAsync(session, fogUuid))
        {
            throw FogErrors.Unknown(fogUuid);
        }

        // Its row is locked until the end: replicas choose one after the other.
        await StateStore.SetAsync(session, "tunnelPort", $"{target.Host}:{port}", time.GetUtcNow());
        if ((await ChooseAsync(session, fogUuid, target.Host, answering)).Number != port)
        {
            return false;
        }

        await TunnelStore.OpenAsync(session, fogUuid, target, port);
        await changes.RaiseAsync(session, fogUuid, ChangeFlags.Tunnel);
        return true;
    }

    private async Task<(int Number, bool IsKept)> ChooseAsync(DbSession session, string fogUuid, string host, HashSet<int> answering)
    {
        if (await TunnelStore.FindAsync(session, fogUuid) is { Closed: false, RemotePort: { } own } row && row.Host == host)
        {
            return (own, true);
        }

        var range = settings.Tunnel.RemotePorts;
        HashSet<int> taken = [.. answering, .. await TunnelStore.ListPortsAsync(session, host, fogUuid)];
        for (var port = range.Low; port <= range.High; port++)
        {
            if (!taken.Contains(port))
            {
                return (port, false);
            }
        }

        throw ApiException.Validation($"No port of '{host}' in {range} is free for another tunnel");
    }

    private TunnelTarget Target(string fogUuid, JsonFields? given)
    {
        var configured = settings.Tunnel;
        return new(
            Required("username", given?.Text("username") ?? configured.UserName),
            passwords.Seal(fogUuid, Required("password", given?.Text("password") ?? configured.Password?.Reveal())),
            Required("host", given?.Text("host") ?? configured.Host),
            given?.Int("lport") ?? configured.LocalPort ?? SshPort,
            given?.Text("rsakey") ?? configured.RsaKey?.Reveal() ?? "");
    }

    private static string Required(string field, string? value) =>
        string.IsNullOrEmpty(value) ? throw ApiException.Validation($"Required field '{field}' is missing") : value;

    private static ApiException Unknown() => ApiException.NotFound("Invalid Tunnel Id");
}
