using Controller.Configuration;

namespace Controller.Platform;

/// <summary>The name under which this process claims tasks.</summary>
internal sealed class ReplicaIdentity(ControllerSettings settings)
{
    private const int LongestId = 36;

    public string Id { get; } = settings.App.ReplicaId is { Length: > 0 and <= LongestId } id ? id : Guid.NewGuid().ToString();
}
