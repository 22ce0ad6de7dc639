using Controller.Events;
using Controller.Sql.Stores;
using NSec.Cryptography;

namespace Controller.Agents;

/// <summary>The facts about a fog that its agent's requests need.</summary>
internal sealed record FogIdentity(
    string Uuid, string Name, int ArchId, bool IsSystem, string? ContainerEngine, int StatusFrequency,
    PublicKey? Key, bool IsDeleted, bool ForcesWarning, bool ConfigPending);

/// <summary>
/// What this process keeps in memory about one fog. It lives as long as the fog does; only the identity is dropped
/// and read again.
/// </summary>
internal sealed class FogEntry(string uuid)
{
    public string Uuid { get; } = uuid;

    /// <summary>Null until read, and again after <see cref="Fleet.Forget"/>.</summary>
    public FogIdentity? Identity;

    /// <summary>When <see cref="Identity"/> was read (provider timestamp).</summary>
    public long IdentityReadAt;

    /// <summary>Tokens signed at or before this second may have been used before this process started.</summary>
    public long SignedAtFloor;

    /// <summary>Highest signing time seen, seconds of the agent's clock; guarded by <see cref="Telemetry"/>.</summary>
    public long SignedAtMark;

    public PendingChanges Changes { get; } = new();

    public FogTelemetry Telemetry { get; } = new();

    public PollState Polls { get; } = new();

    public AgentReports Reports { get; } = new();
}

/// <summary>
/// Whether the next poll may be held (decision 13): an agent that may still be initializing loads nothing before its
/// first poll returns, so it is never held.
/// </summary>
internal sealed class PollState
{
    private static readonly TimeSpan AcknowledgeWithin = TimeSpan.FromSeconds(60);

    private long _servedAt;
    private bool _acknowledged;

    public bool MayHold => Volatile.Read(ref _acknowledged);

    /// <summary>A poll was answered.</summary>
    public void Served(TimeProvider time)
    {
        _servedAt = time.GetTimestamp();
        Volatile.Write(ref _acknowledged, false);
    }

    /// <summary>The agent processed the last answer.</summary>
    public void Acknowledged(TimeProvider time) =>
        Volatile.Write(ref _acknowledged, _servedAt != 0 && time.GetElapsedTime(_servedAt) <= AcknowledgeWithin);

    /// <summary>The agent (re)started, was provisioned or pushed its configuration.</summary>
    public void Reset() => Volatile.Write(ref _acknowledged, false);
}

/// <summary>Newest reported values of a fog, waiting to be written (decision 26 b). Lock it to touch it.</summary>
internal sealed class FogTelemetry
{
    /// <summary>Everything known about the node but <see cref="LastActive"/>; changed in place, so never given out.</summary>
    public FogStatus Status = new();

    /// <summary>The last authenticated call, epoch milliseconds. By itself, because each call changes it.</summary>
    public long? LastActive;

    /// <summary>Microservices of the fog by uuid; null until read from the database.</summary>
    public Dictionary<string, MicroserviceStatus>? Microservices;

    /// <summary>
    /// Microservices whose values in memory nobody knows better, also once they are written: their agent reported them
    /// since this process started. Those of <see cref="DirtyMicroservices"/> are among them.
    /// </summary>
    public readonly HashSet<string> Reported = new(StringComparer.Ordinal);

    /// <summary>Microservices whose values are newer than the database's.</summary>
    public readonly HashSet<string> DirtyMicroservices = new(StringComparer.Ordinal);

    /// <summary>Grows with all that is learned or forgotten about microservices. May be read without the lock.</summary>
    public long Version;

    /// <summary>The node's values are newer than the database's.</summary>
    public bool Dirty;

    /// <summary>The set of microservices may have changed since it was read.</summary>
    public bool Stale;

    /// <summary>Everything known about the node.</summary>
    public FogStatus Newest => Status with { LastActive = LastActive };
}
