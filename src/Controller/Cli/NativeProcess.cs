using System.Runtime.InteropServices;

namespace Controller.Cli;

/// <summary>What a daemon needs of POSIX and .NET does not offer.</summary>
internal static class NativeProcess
{
    private const int Terminate = 15;
    private const int PermissionDenied = 1; // EPERM: it lives, and is somebody else's

    /// <summary>Leaves the terminal's session, so that closing the terminal ends nothing.</summary>
    public static void LeaveSession() => _ = NewSession();

    /// <returns>False when there is no such process, or it has ended and nobody has asked how.</returns>
    public static bool IsAlive(int process) => (Signal(process, 0) == 0 || Marshal.GetLastPInvokeError() == PermissionDenied) && !IsZombie(process);

    /// <returns>False when the process cannot be told: it is gone, or not ours.</returns>
    public static bool AskToStop(int process) => Signal(process, Terminate) == 0;

    /// <summary>In a container the first process may be one that does not look after those that lost their parent.</summary>
    private static bool IsZombie(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat.AsSpan(stat.LastIndexOf(')') + 1).TrimStart().StartsWith("Z", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [DllImport("libc", EntryPoint = "setsid")]
    private static extern int NewSession();

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Signal(int process, int signal);
}
