using Controller.Agents;
using Controller.Configuration;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;
using Controller.Ws.Sessions;

namespace Controller.Sessions;

/// <summary>
/// Makes the session that a user's path and query ask for, after the checks of what it is opened on, in the contract's
/// order (websocket 7.1 and 8.1). Refusals are <see cref="SocketRefusedException"/>.
/// </summary>
internal sealed class SessionTargets(Database database, Fleet fleet, Telemetry telemetry, ControllerSettings settings)
{
    private const string Running = "RUNNING";

    private readonly int _mostLines = settings.Server.WebSocket.LogTailMaxLines;

    /// <summary>A terminal in a microservice.</summary>
    public async Task<SessionInfo> ExecAsync(HttpContext context, bool isSystem)
    {
        var (uuid, fog) = await MicroserviceAsync(context, "microserviceUuid", isSystem);
        return New(SessionKind.Exec, uuid, fog ?? throw new SocketRefusedException("Fog not found: none"), null);
    }

    /// <summary>The log of a microservice.</summary>
    public async Task<SessionInfo> MicroserviceLogAsync(HttpContext context, bool isSystem)
    {
        var (uuid, fog) = await MicroserviceAsync(context, "uuid", isSystem);
        var tail = LogQuery.Read(context, _mostLines);
        return New(
            SessionKind.MicroserviceLog, uuid, fog ?? throw new SocketRefusedException("Unable to determine fog UUID for change tracking"), tail);
    }

    /// <summary>The log of a node.</summary>
    public async Task<SessionInfo> NodeLogAsync(HttpContext context)
    {
        var uuid = context.PathValue("uuid");
        var stored = await database.ReadAsync(s => SessionTargetStore.FindFogStatusAsync(s, uuid), context.RequestAborted)
            ?? throw new SocketRefusedException($"Fog node not found: {uuid}");
        if (telemetry.Newest(fleet.Find(uuid), new FogStatus { DaemonStatus = stored }).DaemonStatus != Running)
        {
            throw new SocketRefusedException("Fog is not running");
        }

        return New(SessionKind.NodeLog, uuid, uuid, LogQuery.Read(context, _mostLines));
    }

    /// <summary>The microservice of the path and its fog.</summary>
    private async Task<(string Uuid, string? Fog)> MicroserviceAsync(HttpContext context, string parameter, bool isSystem)
    {
        var uuid = context.PathValue(parameter);
        var found = await database.ReadAsync(s => SessionTargetStore.FindMicroserviceAsync(s, uuid), context.RequestAborted)
            ?? throw new SocketRefusedException($"Microservice not found: {uuid}");
        if (!found.HasApplication)
        {
            throw new SocketRefusedException($"Application not found for microservice: {uuid}");
        }

        if (found.IsSystem != isSystem)
        {
            throw new SocketRefusedException($"Microservice {uuid} is not found");
        }

        if (!found.HasStatus)
        {
            throw new SocketRefusedException("Microservice status not found");
        }

        var stored = new MicroserviceStatus { MicroserviceUuid = uuid, Status = found.Status };
        var newest = found.FogUuid is { } fog ? telemetry.Newest(fleet.Find(fog), stored) : stored;
        return newest.Status == Running ? (uuid, found.FogUuid) : throw new SocketRefusedException("Microservice is not running");
    }

    /// <summary>The id comes from the system's cryptographic generator.</summary>
    private static SessionInfo New(SessionKind kind, string resource, string fog, string? tail) =>
        new(Guid.NewGuid().ToString(), kind, resource, fog, tail);
}
