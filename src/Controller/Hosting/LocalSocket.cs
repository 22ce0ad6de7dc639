using System.Net.Sockets;
using Controller.AccessControl;
using Controller.Configuration;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Controller.Hosting;

/// <summary>
/// The way in for the command line on the same machine: the API on a Unix socket in the data directory, without
/// sign-in. Whoever may open the socket may also read the database and the master key beside it, so it gives nobody a
/// right they do not have (runtime 6.1: the CLI needs no login).
/// </summary>
internal sealed class LocalSocket
{
    /// <summary>Longest path the kernel takes for a socket, in bytes.</summary>
    private const int LongestPath = 107;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private LocalSocket(string path) => Path = path;

    public string Path { get; }

    /// <summary>Where the Controller that serves from a data directory listens.</summary>
    public static string PathIn(DataSettings data) => System.IO.Path.Combine(Directory(data), "controller.sock");

    /// <summary>A place of its own for a command that runs without a serving Controller.</summary>
    public static string PathForCommand(DataSettings data) =>
        System.IO.Path.Combine(Directory(data), $"command-{Environment.ProcessId}.sock");

    /// <summary>
    /// Makes the place and tries it. Without it the Controller serves all the same, so that a file system without
    /// sockets or a second replica on the same directory is no reason not to start.
    /// </summary>
    /// <param name="path">Full path of the socket.</param>
    /// <param name="problem">Why there is none.</param>
    /// <returns>Null when there is none.</returns>
    public static LocalSocket? Claim(string path, out string? problem)
    {
        problem = null;
        if (System.Text.Encoding.UTF8.GetByteCount(path) > LongestPath)
        {
            problem = $"the path {path} is longer than {LongestPath} bytes";
            return null;
        }

        try
        {
            // A directory that only its owner enters, so that there is no moment at which others could connect.
            if (!OperatingSystem.IsWindows())
            {
                System.IO.Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!, OwnerOnly);
            }

            if (Answers(path))
            {
                problem = $"another Controller listens on {path}";
                return null;
            }

            // What a killed process left behind.
            File.Delete(path);
            using var trial = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            trial.Bind(new UnixDomainSocketEndPoint(path));
            return new LocalSocket(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SocketException)
        {
            problem = $"{path}: {e.Message}";
            return null;
        }
    }

    /// <summary>Lets Kestrel listen here, for HTTP as everywhere.</summary>
    public void Listen(KestrelServerOptions kestrel) => kestrel.ListenUnixSocket(Path, listener =>
    {
        listener.Protocols = HttpProtocols.Http1;
        listener.Use(LocalOperator.Mark);
        listener.Use(SealableOutput.Wrap);
    });

    /// <summary>Removes what is left after the listener closed.</summary>
    public void Remove() => File.Delete(Path);

    private static string Directory(DataSettings data) => System.IO.Path.Combine(data.Directory, "run");

    private static bool Answers(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
