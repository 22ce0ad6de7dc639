using System.Runtime.InteropServices;

namespace Controller.Hosting;

/// <summary>
/// SIGTERM and SIGINT: the first asks for a graceful stop, at whatever point of the start it comes; the second ends
/// the process at once.
/// </summary>
internal sealed class ProcessSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration _terminate;
    private readonly PosixSignalRegistration _interrupt;
    private int _count;

    public ProcessSignals()
    {
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, s => Handle(s, 128 + 15));
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, s => Handle(s, 128 + 2));
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Stop => _stop.Token;

    public void Dispose()
    {
        _terminate.Dispose();
        _interrupt.Dispose();
        _stop.Dispose();
    }

    private void Handle(PosixSignalContext signal, int exitCode)
    {
        signal.Cancel = true;
        if (Interlocked.Increment(ref _count) > 1)
        {
            Environment.Exit(exitCode);
        }

        _stop.Cancel();
    }
}
