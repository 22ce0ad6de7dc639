using Controller.AccessControl;
using Controller.Hosting;
using Controller.Ws.Sessions;

namespace Controller.Sessions;

/// <summary>The WebSockets of terminals and logs (websocket 2).</summary>
internal static class SessionEndpoints
{
    public static void Map(ApiRoutes api)
    {
        var routes = api.Services.GetRequiredService<SocketRoutes>();
        var users = api.Services.GetRequiredService<UserSockets>();
        var agents = api.Services.GetRequiredService<AgentSockets>();
        var targets = api.Services.GetRequiredService<SessionTargets>();

        Exec("/microservices/exec/{microserviceUuid}", "execSessions", isSystem: false, "Open a terminal in a microservice");
        Exec("/microservices/system/exec/{microserviceUuid}", "systemExecSessions", isSystem: true, "Open a terminal in a system microservice");
        Logs("/microservices/{uuid}/logs", "logs", c => targets.MicroserviceLogAsync(c, isSystem: false), "Stream the log of a microservice");
        Logs("/microservices/system/{uuid}/logs", "systemLogs", c => targets.MicroserviceLogAsync(c, isSystem: true), "Stream the log of a system microservice");
        Logs("/iofog/{uuid}/logs", "systemLogs", targets.NodeLogAsync, "Stream the log of a node");

        routes.Agent("/agent/exec/microservice/{microserviceUuid}/{sessionId}", agents.Serve(SessionKind.Exec, "microserviceUuid"))
            .Describe("The node's side of an exec session");
        routes.Agent("/agent/logs/microservice/{microserviceUuid}/{sessionId}", agents.Serve(SessionKind.MicroserviceLog, "microserviceUuid"))
            .Describe("The node's side of a microservice's log session");
        routes.Agent("/agent/logs/iofog/{iofogUuid}/{sessionId}", agents.Serve(SessionKind.NodeLog, "iofogUuid"))
            .Describe("The node's side of its own log session");

        void Exec(string path, string resource, bool isSystem, string summary)
        {
            var permission = new Permission(resource, "get", "microserviceUuid");
            routes.Operator(path, permission, users.Serve(permission, c => targets.ExecAsync(c, isSystem)))
                .Describe(summary, query: [UserSockets.TokenParameter]);
        }

        void Logs(string path, string resource, Func<HttpContext, Task<SessionInfo>> target, string summary)
        {
            var permission = new Permission(resource, "get", "uuid");
            routes.Operator(path, permission, users.Serve(permission, target)).Describe(summary, query: LogQuery.Parameters);
        }
    }
}
