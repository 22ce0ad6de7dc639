using System.CommandLine;
using Controller.Configuration;
using Controller.Hosting;

namespace Controller.Cli;

/// <summary>
/// <c>healthcheck</c>: asks the Controller of this machine over its port, as a container's health check does. It costs
/// no shell and no curl in the image.
/// </summary>
internal static class HealthCheckCommand
{
    public static Command Create(CommandHost host)
    {
        var live = new Option<bool>("--live") { Description = "Ask only whether the process is alive, not whether it can serve" };
        var timeout = new Option<int>("--timeout") { Description = "Seconds to wait for the answer", DefaultValueFactory = _ => 5 };
        timeout.Validators.Add(result =>
        {
            if (result.GetValue(timeout) is < 1 or > 600)
            {
                result.AddError("--timeout is 1 to 600 seconds");
            }
        });
        var command = new Command("healthcheck", "Ask the Controller of this machine whether it can serve; exit code 0 or 1") { live, timeout };
        command.SetAction((given, cancel) => RunAsync(host, given.GetValue(live), TimeSpan.FromSeconds(given.GetValue(timeout)), cancel));
        return command;
    }

    private static async Task<int> RunAsync(CommandHost host, bool live, TimeSpan timeout, CancellationToken cancel)
    {
        using var http = new HttpClient(Handler(host.Settings.Server)) { Timeout = timeout };
        var url = Url(host.Settings.Server, live ? "/live" : "/status");
        try
        {
            using var answer = await http.GetAsync(url, cancel);
            if (!answer.IsSuccessStatusCode)
            {
                throw new CommandException($"Not ready: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancel)}", "UnhealthyError");
            }
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancel.IsCancellationRequested)
        {
            throw new CommandException($"{url} does not answer: {e.Message}", "UnhealthyError");
        }

        host.Say(live ? "alive" : "ready");
        return ExitCode.Done;
    }

    private static Uri Url(ServerSettings server, string path) =>
        // By number: a container may know no name for itself.
        new($"{(server.UsesTls ? "https" : "http")}://127.0.0.1:{server.Port}{ApiRoutes.Base}{path}");

    private static SocketsHttpHandler Handler(ServerSettings server)
    {
        var handler = new SocketsHttpHandler { UseProxy = false };
        if (server.UsesTls)
        {
            // The certificate names the public host; here it is this machine that answers, and nothing is sent to it.
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        }

        return handler;
    }
}
