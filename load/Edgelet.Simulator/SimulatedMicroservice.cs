using System.Security.Cryptography;

namespace Edgelet.Simulator;

/// <summary>One workload on a simulated node. A snapshot-free view: values move on with each status.</summary>
public sealed class SimulatedMicroservice
{
    private readonly Func<AgentMicroservice, string?>? _fault;

    internal SimulatedMicroservice(AgentMicroservice spec, Func<AgentMicroservice, string?>? fault)
    {
        Spec = spec;
        _fault = fault;
    }

    /// <summary>The entry as last read from the Controller.</summary>
    public AgentMicroservice Spec { get; private set; }

    /// <summary><c>QUEUED</c>, <c>PULLING</c>, <c>STARTING</c>, <c>RUNNING</c> or <c>FAILED</c>.</summary>
    public string Status { get; private set; } = "QUEUED";

    /// <summary>Progress of the pull.</summary>
    public double Percentage { get; private set; }

    /// <summary>Set from STARTING on; another one after each recreation.</summary>
    public string? ContainerId { get; private set; }

    /// <summary>When it got to RUNNING.</summary>
    public DateTimeOffset StartedAt { get; private set; }

    /// <summary>How many containers were made for it.</summary>
    public int ContainersCreated { get; private set; }

    /// <summary>How many times only its config was pushed into the running container.</summary>
    public int ConfigPushes { get; private set; }

    /// <summary>Set while FAILED.</summary>
    public string? Error { get; private set; }

    /// <summary>Active exec sessions, as reported in the status.</summary>
    public IReadOnlyList<string> ExecSessionIds { get; internal set; } = [];

    /// <summary>Takes a newer entry; true if the container has to be made anew.</summary>
    internal bool Update(AgentMicroservice spec)
    {
        var old = Spec;
        Spec = spec;
        if (spec.Rebuild || spec.SpecFingerprint != old.SpecFingerprint)
        {
            Status = "QUEUED";
            Percentage = 0;
            ContainerId = null;
            Error = null;
            return true;
        }

        if (spec.Config != old.Config)
        {
            ConfigPushes++;
        }

        return false;
    }

    /// <summary>One step towards RUNNING; happens after each status that was sent.</summary>
    internal void Advance(DateTimeOffset now)
    {
        switch (Status)
        {
            case "QUEUED":
                Status = "PULLING";
                Percentage = 42.5;
                break;
            case "PULLING":
                if (_fault?.Invoke(Spec) is { } error)
                {
                    Status = "FAILED";
                    Percentage = 0;
                    Error = error;
                    break;
                }

                Status = "STARTING";
                Percentage = 100;
                NewContainer();
                break;
            case "STARTING":
                Status = "RUNNING";
                Percentage = 0;
                StartedAt = now;
                break;
        }
    }

    /// <summary>The machine restarted: an existing container starts again.</summary>
    internal void Restart()
    {
        ExecSessionIds = [];
        if (ContainerId is not null)
        {
            Status = "STARTING";
        }
    }

    internal MicroserviceStatusItem Report(DateTimeOffset now)
    {
        var running = Status == "RUNNING";
        return new MicroserviceStatusItem
        {
            Id = Spec.Uuid,
            Status = Status,
            Percentage = Percentage,
            ContainerId = ContainerId,
            StartTime = running ? StartedAt.ToUnixTimeMilliseconds() : null,
            OperatingDuration = running ? Math.Max(1, (long)(now - StartedAt).TotalMilliseconds) : null,
            CpuUsage = running ? "1.37" : null,
            MemoryUsage = running ? "18874368" : null,
            IpAddress = running ? "10.88.0.7" : null,
            HealthStatus = running && Spec.HealthCheck is not null ? "healthy" : null,
            ExecSessionIds = ContainerId is not null ? ExecSessionIds : null,
            ErrorMessage = Error,
        };
    }

    private void NewContainer()
    {
        ContainerId = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        ContainersCreated++;
    }
}
