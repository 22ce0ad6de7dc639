namespace Controller.Tests.Support;

/// <summary>The checkout the tests run from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Controller.slnx")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("Not inside a checkout");
        }

        return directory.FullName;
    }
}
