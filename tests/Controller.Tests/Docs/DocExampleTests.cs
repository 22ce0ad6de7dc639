using System.Diagnostics;
using System.Text.RegularExpressions;
using Controller.Testing;
using Controller.Tests.Support;

namespace Controller.Tests.Docs;

/// <summary>The pages about the nouns: their examples are run as they stand, from top to bottom, against a Controller.</summary>
public sealed partial class DocExampleTests
{
    [Test]
    [Arguments("agents")]
    [Arguments("applications")]
    [Arguments("application-templates")]
    [Arguments("microservices")]
    [Arguments("catalog")]
    [Arguments("registries")]
    [Arguments("secrets")]
    [Arguments("certificates")]
    public async Task The_examples_of_a_page_work(string page)
    {
        using var directory = new TempDirectory();
        var text = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", page + ".md"));
        var script = "set -eu -o pipefail\n";
        foreach (Match block in Block().Matches(text))
        {
            var (language, code) = (block.Groups[1].Value, block.Groups[2].Value);
            if (language == "sh")
            {
                script += code;
            }
            else if (FileName().Match(code) is { Success: true } name)
            {
                await File.WriteAllTextAsync(Path.Combine(directory.Path, name.Groups[1].Value), code);
            }
        }

        var configuration = Path.Combine(directory.Path, "config.yaml");
        await using var controller = await TestController.StartAsync(File.Exists(configuration) ? new() { ["CONFIG_PATH"] = configuration } : null);
        var (exit, output) = await RunAsync(script, directory.Path, $"{controller.App.Address}api/v3");
        await Assert.That(exit).IsEqualTo(0).Because(output);
    }

    private static async Task<(int Exit, string Output)> RunAsync(string script, string directory, string api)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo("bash", ["-c", script + "\n"])
            {
                WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true,
                Environment = { ["API"] = api, ["TOKEN"] = "test" },
            },
        };
        process.Start();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, $"{await output}\n{await errors}");
    }

    [GeneratedRegex("^```(sh|yaml)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^# (\S+\.yaml)\n")]
    private static partial Regex FileName();
}
