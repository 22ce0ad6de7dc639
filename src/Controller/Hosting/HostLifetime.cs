namespace Controller.Hosting;

/// <summary>The host listens to no signals: <see cref="ProcessSignals"/> does, and stops in the Controller's own order.</summary>
internal sealed class HostLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
