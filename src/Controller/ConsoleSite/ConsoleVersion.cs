using Controller.Configuration;

namespace Controller.ConsoleSite;

/// <summary>Version of the Console that is served: from the environment, else from the file <c>VERSION</c> (runtime 1.5).</summary>
internal sealed class ConsoleVersion(ControllerSettings settings)
{
    /// <summary>Null when unknown.</summary>
    public string? Text { get; } = settings.Console.Version
        ?? Read(settings.Console.Path)
        ?? Read(Path.Combine(AppContext.BaseDirectory, "static", "console"));

    private static string? Read(string? directory)
    {
        const int longest = 64;
        try
        {
            var file = directory is null ? null : Path.Combine(directory, "VERSION");
            if (file is null || !File.Exists(file))
            {
                return null;
            }

            var text = File.ReadAllText(file).Trim();
            return text.Length is > 0 and <= longest ? text : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
