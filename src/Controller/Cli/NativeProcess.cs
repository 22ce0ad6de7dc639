using System.Runtime.InteropServices;

namespace Controller.Cli;

/// <summary>What a daemon needs of POSIX and .NET does not offer.</summary>
internal static class NativeProcess
{
    private const int ReadWrite = 2;
    private const int Terminate = 15;
    private const int PermissionDenied = 1; // EPERM: it lives, and is somebody else's

    /// <summary>Leaves the terminal's session, and gives standard input, output and error to nobody.</summary>
    public static void LetGoOfTerminal()
    {
        _ = NewSession();
        var nobody = Open("/dev/null\0"u8.ToArray(), ReadWrite);
        for (var standard = 0; standard <= 2; standard++)
        {
            _ = Duplicate(nobody, standard);
        }
    }

    /// <returns>False when there is no such process.</returns>
    public static bool IsAlive(int process) => Signal(process, 0) == 0 || Marshal.GetLastPInvokeError() == PermissionDenied;

    /// <returns>False when the process cannot be told: it is gone, or not ours.</returns>
    public static bool AskToStop(int process) => Signal(process, Terminate) == 0;


    [DllImport("libc", EntryPoint = "setsid")]
    private static extern int NewSession();

    [DllImport("libc", EntryPoint = "open")]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "dup2")]
    private static extern int Duplicate(int descriptor, int target);

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Signal(int process, int signal);
}
