using System.Diagnostics;

namespace Controller.Testing;

/// <summary>Programs the tests need from the system.</summary>
internal static class TestDependencies
{
    private static readonly Lazy<Task> Installation = new(InstallAsync);

    /// <summary>The first of the paths that exists; when none does, installs what tests need and looks again.</summary>
    /// <exception cref="InvalidOperationException">The program is missing and could not be installed.</exception>
    public static async Task<string> FindAsync(string package, params string[] paths)
    {
        if (Array.Find(paths, File.Exists) is { } present)
        {
            return present;
        }

        await Installation.Value;
        return Array.Find(paths, File.Exists) ?? throw new InvalidOperationException(
            $"The tests need the Debian package {package}: none of {string.Join(", ", paths)} exists, not even after " +
            "scripts/install-test-deps.sh.");
    }

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="InvalidOperationException">It could not be started or answered other than 0; the message has
    /// its output.</exception>
    public static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = new Process();
        process.StartInfo = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        process.Start();
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.\n{await output}\n{await errors}");
        }
    }

    /// <summary>A file or directory of the repository that these tests were built in.</summary>
    /// <param name="path">From the repository's root.</param>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static string InRepository(string path)
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var candidate = Path.Combine(directory.FullName, path);
            if (Path.Exists(candidate))
            {
                return candidate;
            }
        }

        throw new InvalidOperationException($"There is no {path} above {AppContext.BaseDirectory}.");
    }

    private static Task InstallAsync() => RunAsync("/bin/sh", InRepository(Path.Combine("scripts", "install-test-deps.sh")));
}
