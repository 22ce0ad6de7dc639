using System.CommandLine;
using System.Runtime.InteropServices;
using Controller.Status;

namespace Controller.Cli;

/// <summary><c>iofog-controller controller …</c> (runtime 6.4), and <c>version</c>.</summary>
internal static class ControllerCommands
{
    public static Command Create(CommandHost host)
    {
        var status = new Command("status", "Show whether the Controller serves");
        status.SetAction((_, cancel) => StatusAsync(host, cancel));
        var architectures = ApiCommand.Create(host, "architectures", "List architectures", "GET", "/architectures");
        architectures.Aliases.Add("fog-types");
        return ApiCommand.Group("controller", "The Controller itself", status, CreateVersion(host), architectures);
    }

    public static Command CreateVersion(CommandHost host)
    {
        var command = new Command("version", "Show the version");
        command.SetAction(_ => host.Say(
            $"ioFog-Controller version: {ProductVersion.Controller}",
            writer =>
            {
                writer.WriteString("version", ProductVersion.Controller);
                writer.WriteString("architecture", RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant());
                writer.WriteString("runtime", RuntimeInformation.FrameworkDescription);
            }));
        return command;
    }

    /// <summary>The status call's body; when nobody serves here, what it would say if somebody could.</summary>
    private static async Task<int> StatusAsync(CommandHost host, CancellationToken cancel)
    {
        await using var api = await LocalApi.FindServingAsync(host.Settings, cancel);
        if (api is not null)
        {
            host.Show(await api.SendAsync(new ApiRequest("GET", "/status"), cancel));
            return ExitCode.Done;
        }

        var body = new StatusBody("offline", TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), 0, new(ProductVersion.Controller, null));
        host.Show(System.Text.Json.JsonSerializer.SerializeToElement(body, StatusJson.Default.StatusBody));
        return ExitCode.Failed;
    }
}
