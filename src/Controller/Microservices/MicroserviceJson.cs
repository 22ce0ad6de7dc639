using System.Buffers;
using System.Text.Json.Serialization.Metadata;
using Controller.AccessControl;
using Controller.Agents;
using Controller.Hosting;
using Controller.Secrets;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Microservices;

/// <summary>Makes the operator's view of microservices: newest status, present values of references (api-workloads 6.3).</summary>
internal sealed class MicroserviceJson(EnvironmentValues environment, Fleet fleet, Telemetry telemetry)
{
    private static readonly StatusBody PlaceOfStatus = ToBody(new MicroserviceStatus { MicroserviceUuid = "" });

    /// <summary>Length of the placeholder, and of what is around it.</summary>
    private static readonly int EndAfterCommon =
        BeforeStatus.Length + JsonResponse.Bytes(PlaceOfStatus, MicroserviceJsonContext.Default.StatusBody).Length + "}".Length;

    private static ReadOnlySpan<byte> BeforeStatus => ",\"status\":"u8;

    /// <summary>The bodies of rows, in their order.</summary>
    /// <param name="session">Session.</param>
    /// <param name="rows">Microservices of any number of applications.</param>
    /// <param name="inApplication">Inside an application object: with configLastUpdated and rebuild, without serviceAccount (4.3).</param>
    public async Task<List<MicroserviceBody>> ToBodiesAsync(DbSession session, IReadOnlyCollection<MicroserviceRow> rows, bool inApplication)
    {
        var valueOf = await environment.ResolverAsync(session, rows.SelectMany(r => r.Env), forAgent: false);
        return [.. rows.Select(r => ToBody(r, valueOf, inApplication))];
    }

    /// <summary>The JSON of rows, in their order, for lists: see <see cref="RenderedMicroservice"/>.</summary>
    public async Task<List<RenderedMicroservice>> RenderAsync(DbSession session, List<MicroserviceRow> rows)
    {
        var valueOf = await environment.ResolverAsync(session, rows.SelectMany(r => r.Env), forAgent: false);
        return rows.ConvertAll(row => Render(row, valueOf));
    }

    public static PortBody ToBody(PortRow row) => new(row.Internal, row.External, row.IsUdp ? "udp" : "tcp");

    public static VolumeMappingBody ToBody(VolumeMappingRow row) =>
        new(row.HostDestination, row.ContainerDestination, row.AccessMode, row.Id, row.Type);

    private static RenderedMicroservice Render(MicroserviceRow row, Func<EnvRow, string> valueOf)
    {
        var stored = row.Status ?? NotStarted(row);
        using var output = new PooledBytes();
        output.Write(","u8);
        JsonResponse.Write(output, Common(row, valueOf), MicroserviceJsonContext.Default.MicroserviceBody);
        var common = output.Written.Slice(0, output.Written.Length - EndAfterCommon).ToArray();
        return new RenderedMicroservice(row.Uuid, row.ApplicationId, row.FogUuid, stored, common)
        {
            Listed = Members(new ListedMembers(Account(row)), MicroserviceJsonContext.Default.ListedMembers),
            InApplication = Members(new MembersInApplication(row.ConfigLastUpdated, row.Rebuild), MicroserviceJsonContext.Default.MembersInApplication),
        };
    }

    /// <summary>An object's members in the midst of another's, up to the value of <c>status</c>.</summary>
    private static byte[] Members<T>(T members, JsonTypeInfo<T> type) => [.. ","u8, .. JsonResponse.Bytes(members, type).AsSpan()[1..^1], .. BeforeStatus];

    private MicroserviceBody ToBody(MicroserviceRow row, Func<EnvRow, string> valueOf, bool inApplication) => Common(row, valueOf) with
    {
        ConfigLastUpdated = inApplication ? row.ConfigLastUpdated : null,
        Rebuild = inApplication ? row.Rebuild : null,
        ServiceAccount = inApplication ? null : Account(row),
        Status = ToBody(telemetry.Newest(row.FogUuid is { } fog ? fleet.Find(fog) : null, row.Status ?? NotStarted(row))),
    };

    /// <summary>What a microservice shows wherever and whenever it is shown.</summary>
    private static MicroserviceBody Common(MicroserviceRow row, Func<EnvRow, string> valueOf) => new()
    {
        Uuid = row.Uuid,
        Config = row.Config ?? JsonText.Empty,
        Annotations = row.Annotations ?? JsonText.Empty,
        Name = row.Name,
        HostNetworkMode = row.HostNetworkMode,
        IsPrivileged = row.IsPrivileged,
        RunAsUser = row.RunAsUser,
        Platform = row.Platform,
        Runtime = row.Runtime,
        LogSize = row.LogSize,
        PidMode = row.PidMode,
        IpcMode = row.IpcMode,
        Schedule = row.Schedule,
        CpuSetCpus = row.CpuSetCpus,
        MemoryLimit = row.MemoryLimit,
        Delete = row.Delete,
        DeleteWithCleanup = row.DeleteWithCleanup,
        IsActivated = row.IsActivated,
        IsController = row.IsController,
        NatsAccess = row.NatsAccess,
        NatsAccountId = row.NatsAccountId,
        NatsUserId = row.NatsUserId,
        NatsCredsSecretName = row.NatsCredsSecretName,
        CreatedAt = row.CreatedAt,
        UpdatedAt = row.UpdatedAt,
        CatalogItemId = row.CatalogItemId,
        RegistryId = row.RegistryId,
        IofogUuid = row.FogUuid,
        ApplicationId = row.ApplicationId,
        Ports = [.. row.Ports.Select(ToBody)],
        VolumeMappings = [.. row.VolumeMappings.Select(ToBody)],
        Env = [.. row.Env.Select(e => new VariableBody(e.Key, valueOf(e), e.ValueFromSecret, e.ValueFromConfigMap))],
        Cmd = row.Cmd,
        CdiDevices = row.CdiDevices,
        CapAdd = row.CapAdd,
        CapDrop = row.CapDrop,
        ExtraHosts = [.. row.ExtraHosts.Select(h => new ExtraHostBody(h.Name, h.Template, h.Value))],
        Images = row.CatalogItemId is null ? [.. row.Images.Select(i => new ImageBody(i.ContainerImage, i.ArchId))] : [],
        Status = PlaceOfStatus,
        ExecStatus = row.ExecStatus is { } exec ? ToBody(exec) : null,
        HealthCheck = row.HealthCheck is { } check ? MicroserviceHealth.ToBody(check) : null,
        Application = row.ApplicationName,
        FlowId = row.ApplicationId,
        NatsConfig = new NatsConfigBody(row.NatsAccess, row.NatsRuleName),
    };

    public static StatusBody ToBody(MicroserviceStatus status) => new(
        status.Status ?? "QUEUED",
        status.OperatingDuration ?? 0,
        status.StartTime ?? 0,
        status.CpuUsage ?? 0,
        status.MemoryUsage ?? 0,
        status.ContainerId ?? "",
        status.Percentage ?? 0,
        status.ErrorMessage ?? "",
        status.IpAddress ?? "",
        status.HealthStatus ?? "",
        JsonText.Texts(status.ExecSessionIds),
        status.CreatedAt,
        status.UpdatedAt);

    private static ServiceAccountMember Account(MicroserviceRow row) => new(row.ServiceAccount is { } account ? ToBody(account) : null);

    /// <summary>The status is always an object, for the Console reads its members unasked (clients 4.3).</summary>
    private static MicroserviceStatus NotStarted(MicroserviceRow row) => new() { MicroserviceUuid = row.Uuid };

    /// <summary>The Console switches exec on first where it reads "inactive", which is no longer done: null is no session (clients 4.3).</summary>
    private static ExecStatusBody ToBody(ExecStatusRow row) =>
        new(row.Status == "INACTIVE" ? null : row.Status, row.ExecSessionId, row.CreatedAt, row.UpdatedAt);

    private static ServiceAccountBody ToBody(ServiceAccountRow row) => new(
        row.Id, row.Name, row.MicroserviceUuid, row.ApplicationId, RoleRef.Parse(row.RoleRef), row.RoleId, row.CreatedAt, row.UpdatedAt);
}
