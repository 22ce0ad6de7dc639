using Controller.Configuration;

namespace Controller.Status;

/// <summary>
/// Whether the Controller can serve (runtime 2.7). Every agent asks twice a minute, so an answer holds for a second
/// and those who ask at once share one check.
/// </summary>
internal sealed class Readiness(
    IEnumerable<IReadinessCheck> checks, ControllerSettings settings, IHostApplicationLifetime lifetime, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly IReadinessCheck[] _checks = [.. checks];
    private readonly Lock _gate = new();
    private Task<string?>? _last;
    private long _askedAt;

    /// <summary>Null when ready, else why not.</summary>
    public Task<string?> AskAsync()
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return Task.FromResult<string?>("The Controller is stopping");
        }

        lock (_gate)
        {
            // A check that still runs is shared however long it takes: a hanging database is not asked by everybody.
            if (_last is null || (_last.IsCompleted && time.GetElapsedTime(_askedAt) >= Fresh))
            {
                _askedAt = time.GetTimestamp();
                _last = CheckAsync();
            }

            return _last;
        }
    }

    private async Task<string?> CheckAsync()
    {
        using var limit = new CancellationTokenSource(settings.Database.Limits.ReadinessTimeout, time);
        try
        {
            foreach (var check in _checks)
            {
                // A driver may not return even when it is told to.
                if (await Task.Run(() => check.CheckAsync(limit.Token), limit.Token).WaitAsync(limit.Token) is { } reason)
                {
                    return reason;
                }
            }

            return null;
        }
        catch (OperationCanceledException)
        {
            return "Database unavailable: no answer in time";
        }
    }
}
