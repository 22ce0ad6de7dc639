using Controller.Hosting;
using Controller.Registries;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Agents;

/// <summary>What an agent fetches when a flag tells it to: registries, volume mounts, sessions.</summary>
internal static class AgentReadEndpoints
{
    public static void Map(ApiRoutes api)
    {
        var database = api.Services.GetRequiredService<Database>();
        var passwords = api.Services.GetRequiredService<RegistryPasswords>();
        var mounts = api.Services.GetRequiredService<AgentVolumeMounts>();
        var sessions = api.Services.GetRequiredService<AgentSessions>();

        api.Agent("GET", "/agent/registries", "list", 200, async (context, _) =>
        {
            var rows = await database.ReadAsync(RegistryStore.ListAsync, context.RequestAborted);
            var body = new AgentRegistriesBody(rows.ConvertAll(r => new AgentRegistryBody(
                r.Id, r.Url, r.IsPublic, r.UserName, passwords.Open(r), r.UserEmail)));
            await context.RespondAsync(200, body, AgentReadsJson.Default.AgentRegistriesBody);
        })
            .Describe("Registries with their credentials", answer: static () => AgentReadsJson.Default.AgentRegistriesBody);

        api.Agent("GET", "/agent/volumeMounts", "list", 200, async (context, fog) =>
            await context.RespondAsync(
                200, await mounts.ListAsync(fog.Uuid, context.RequestAborted), AgentReadsJson.Default.AgentVolumeMountsBody))
            .Describe("Volume mounts of the node", answer: static () => AgentReadsJson.Default.AgentVolumeMountsBody);

        api.Agent("GET", "/agent/logs/sessions", "list", 200, async (context, fog) =>
            await context.RespondAsync(
                200, await sessions.ListLogsAsync(fog.Uuid, context.RequestAborted), AgentReadsJson.Default.AgentLogSessionsBody))
            .Describe("Log sessions that wait for the node", answer: static () => AgentReadsJson.Default.AgentLogSessionsBody);

        api.Agent("GET", "/agent/exec/sessions", "list", 200, async (context, fog) =>
            await context.RespondAsync(
                200, await sessions.ListExecAsync(fog.Uuid, context.RequestAborted), AgentReadsJson.Default.AgentExecSessionsBody))
            .Describe("Exec sessions that wait for the node", answer: static () => AgentReadsJson.Default.AgentExecSessionsBody);
    }
}
