using System.Runtime.InteropServices;
using System.Text;

namespace Controller.Secrets;

/// <summary>Creates a small file that must never be lost, seen half-written, or replaced.</summary>
internal static class KeyFile
{
    private const int FileExists = 17; // EEXIST

    /// <summary>
    /// Puts <paramref name="content"/> on stable storage under <paramref name="path"/>, readable by its owner only. A
    /// file that is already there stays: of several processes, the first one's content is the content for all.
    /// </summary>
    public static void CreateIfAbsent(string path, ReadOnlySpan<byte> content)
    {
        var temporary = $"{path}.{Environment.ProcessId}.{Guid.NewGuid():N}.tmp";
        try
        {
            Write(temporary, content);
            Publish(temporary, path);
        }
        finally
        {
            File.Delete(temporary);
        }

        SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    private static void Write(string path, ReadOnlySpan<byte> content)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var stream = new FileStream(path, options);
        stream.Write(content);
        stream.Flush(flushToDisk: true);
    }

    // A rename would replace the key another process has just made and is using; a hard link fails instead.
    private static void Publish(string temporary, string path)
    {
        if (!OperatingSystem.IsWindows() && Link(Native(temporary), Native(path)) == 0)
        {
            return;
        }

        if (!OperatingSystem.IsWindows() && Marshal.GetLastPInvokeError() == FileExists)
        {
            return;
        }

        try
        {
            // Windows, or a file system without hard links.
            File.Move(temporary, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
        }
    }

    // Without this the name may be gone after a power cut although the content was written.
    private static void SyncDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Open(Native(path), 0);
        if (descriptor < 0)
        {
            throw new IOException($"Cannot open {path} (error {Marshal.GetLastPInvokeError()})");
        }

        // Some file systems cannot sync a directory; they say so and there is nothing more to do.
        _ = Sync(descriptor);
        _ = Close(descriptor);
    }

    private static byte[] Native(string path) => [.. Encoding.UTF8.GetBytes(path), 0];

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    private static extern int Link(byte[] existing, byte[] name);

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Sync(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int descriptor);
}
