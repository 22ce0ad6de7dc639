namespace Controller.Identity.External;

/// <summary>
/// A document of the identity provider, kept in memory. Callers who need it at the same time share one request, and a
/// failure is remembered for a moment, so that a provider in trouble is not asked by everybody.
/// </summary>
internal sealed class Fetched<T>(Func<Task<T>> fetch, TimeProvider time) where T : class
{
    /// <summary>Between attempts while there is a document to go on with.</summary>
    public static readonly TimeSpan LeastInterval = TimeSpan.FromSeconds(30);

    /// <summary>Between attempts while there is none.</summary>
    public static readonly TimeSpan LeastIntervalWithout = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private T? _value;
    private long _fetchedAt;
    private IdentityProviderException? _failure;
    private long _failedAt;
    private Task<T>? _running;

    /// <summary>The document as last fetched, however long ago; null when it never was.</summary>
    public T? Last => Volatile.Read(ref _value);

    /// <summary>The document, fetched when there is none that is younger than <paramref name="maximumAge"/>.</summary>
    /// <exception cref="IdentityProviderException">It could not be fetched, now or a moment ago.</exception>
    public ValueTask<T> GetAsync(TimeSpan maximumAge, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (_value is { } value && time.GetElapsedTime(_fetchedAt) < maximumAge)
            {
                return new(value);
            }

            if (_running is null && _failure is { } failure
                && time.GetElapsedTime(_failedAt) < (_value is null ? LeastIntervalWithout : LeastInterval))
            {
                throw new IdentityProviderException(failure.Message);
            }

            // Whoever asked first may hang up; the others still wait.
            _running ??= Task.Run(FetchAsync, CancellationToken.None);
            return new(_running.WaitAsync(cancel));
        }
    }

    private async Task<T> FetchAsync()
    {
        try
        {
            var value = await fetch();
            lock (_gate)
            {
                Volatile.Write(ref _value, value);
                _fetchedAt = time.GetTimestamp();
                _failure = null;
            }

            return value;
        }
        catch (IdentityProviderException e)
        {
            lock (_gate)
            {
                _failure = e;
                _failedAt = time.GetTimestamp();
            }

            throw;
        }
        finally
        {
            lock (_gate)
            {
                _running = null;
            }
        }
    }
}
