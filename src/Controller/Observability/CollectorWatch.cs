namespace Controller.Observability;

/// <summary>
/// Tells the log when the collector stops taking what is sent and when it takes it again: once each, not at every
/// export. The SDK itself drops what it cannot send, and says nothing.
/// </summary>
internal sealed partial class CollectorWatch(string signal, bool logs, ILogger log) : DelegatingHandler(
    // No trace context: an export is no part of any trace.
    new SocketsHttpHandler { ActivityHeadersPropagator = null })
{
    private int _isFailing;

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return Judged(base.Send(request, cancellationToken));
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            Failed(Reason(e));
            throw;
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return Judged(await base.SendAsync(request, cancellationToken));
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            Failed(Reason(e));
            throw;
        }
    }

    private HttpResponseMessage Judged(HttpResponseMessage response)
    {
        if (!response.IsSuccessStatusCode)
        {
            Failed($"it answered {(int)response.StatusCode}");
        }
        else if (Interlocked.Exchange(ref _isFailing, 0) == 1 && logs)
        {
            Taken(log, signal);
        }

        return response;
    }

    private void Failed(string reason)
    {
        if (Interlocked.Exchange(ref _isFailing, 1) == 0 && logs)
        {
            NotTaken(log, signal, reason);
        }
    }

    private static string Reason(Exception e) => e is OperationCanceledException ? "it did not answer in time" : e.Message;

    [LoggerMessage(Level = LogLevel.Warning, Message = "The collector does not take {signal}, they are lost: {reason}")]
    private static partial void NotTaken(ILogger log, string signal, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The collector takes {signal} again")]
    private static partial void Taken(ILogger log, string signal);
}
