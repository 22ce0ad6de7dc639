using System.Runtime.InteropServices;

namespace Controller.Cli;

/// <summary>What a daemon needs of POSIX and .NET does not offer.</summary>
internal static class NativeProcess
{
    private const int Terminate = 15;
    private const int PermissionDenied = 1; // EPERM: it lives, and is somebody else's

    /// <summary>Leaves the terminal's session, so that closing the terminal ends nothing.</summary>
    public static void LeaveSession() => _ = NewSession();

    /// <returns>False when there is no such process.</returns>
    public static bool IsAlive(int process) => Signal(process, 0) == 0 || Marshal.GetLastPInvokeError() == PermissionDenied;

    /// <returns>False when the process cannot be told: it is gone, or not ours.</returns>
    public static bool AskToStop(int process) => Signal(process, Terminate) == 0;

    [DllImport("libc", EntryPoint = "setsid")]
    private static extern int NewSession();

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Signal(int process, int signal);
}
