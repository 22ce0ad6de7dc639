using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Edgelet.Simulator;

namespace Controller.Load;

/// <summary>Tells the whole story of one node and one workload; each step must be observed.</summary>
internal static class DemoCommand
{
    public static async Task<bool> RunAsync(Arguments args, Report report)
    {
        var target = Target.From(args);
        var keep = args.Flag("keep");
        var stock = args.Flag("stock");
        args.RejectRest();
        var patience = TimeSpan.FromSeconds(stock ? 180 : 60);
        var story = new Story();
        var run = $"demo-{DateTime.UtcNow:MMddHHmmss}";
        var application = run + "-app";

        using var operators = await Session.OpenAsync(target);
        var status = await operators.StatusAsync();
        story.Tell($"Controller {Text(status, "versions", "controller")} answers at {target.Url}; logged in as {target.Username}");

        using var http = ControllerClient.CreateHttpClient();
        var config = stock ? new EdgeletConfig() : new EdgeletConfig { StatusFrequency = 1, ChangeFrequency = 1 };
        await using var edgelet = new SimulatedEdgelet(
            new EdgeletOptions
            {
                ControllerUrl = target.AgentUrl,
                Config = config,
                Observer = (_, happened) => story.Overhear(happened),
            },
            http);
        string? fog = null;
        var applicationMade = false;
        try
        {
            fog = await operators.CreateFogAsync(run, body =>
            {
                if (!stock)
                {
                    body["statusFrequency"] = 1;
                    body["changeFrequency"] = 1;
                }
            });
            story.Tell($"Created fog {run} ({fog})");

            var key = await operators.ProvisioningKeyAsync(fog);
            story.Tell("Got a provisioning key, valid for 20 minutes, once");

            await edgelet.ProvisionAsync(key);
            Must(edgelet.Uuid == fog, "the node was provisioned as another fog");
            edgelet.Start();
            await edgelet.WaitForAsync(static e => e.Counters.StatusesSent > 0 && e.Counters.Acknowledged > 0 && !e.IsInitializing, patience, "a first status and a first poll");
            story.Tell("The node provisioned itself, reported and polled for the first time");

            await EventuallyAsync("the operator sees the node RUNNING", patience, async () => Text(await operators.FogAsync(fog), "daemonStatus") == "RUNNING");
            story.Tell("The operator sees the node RUNNING");

            await operators.CreateApplicationAsync(new JsonObject
            {
                ["name"] = application,
                ["isActivated"] = true,
                ["microservices"] = new JsonArray(new JsonObject
                {
                    ["name"] = "web",
                    ["iofogUuid"] = fog,
                    ["images"] = new JsonArray(new JsonObject { ["containerImage"] = "docker.io/library/nginx:alpine", ["archId"] = 1 }),
                    ["registryId"] = 1,
                    ["config"] = """{"greeting":"hello"}""",
                    ["ports"] = new JsonArray(new JsonObject { ["internal"] = 80, ["external"] = 18080, ["protocol"] = "tcp" }),
                    ["env"] = new JsonArray(new JsonObject { ["key"] = "MODE", ["value"] = "demo" }),
                }),
            });
            applicationMade = true;
            var microservice = (await operators.MicroservicesAsync(application))[0].GetProperty("uuid").GetString()!;
            story.Tell($"Deployed application {application} with microservice web ({microservice})");

            await edgelet.WaitForAsync(e => Find(e, microservice)?.Status == "RUNNING", patience, "the microservice running on the node");
            await EventuallyAsync("the operator sees the microservice RUNNING", patience, async () => MicroserviceStatus(await operators.MicroserviceAsync(microservice)) == "RUNNING");
            story.Tell($"The node pulled and started it; the operator sees it RUNNING (container {Find(edgelet, microservice)!.ContainerId![..12]})");

            await operators.PatchMicroserviceConfigAsync(microservice, new JsonObject { ["greeting"] = "good evening" });
            await edgelet.WaitForAsync(e => Find(e, microservice) is { ConfigPushes: > 0 } m && m.Spec.Config.Contains("good evening", StringComparison.Ordinal), patience, "the new config on the node");
            story.Tell("Changed the microservice's config; the node pushed it into the running container");

            await operators.PatchFogAsync(fog, new JsonObject { ["logLevel"] = "DEBUG" });
            await edgelet.WaitForAsync(static e => e.Config.LogLevel == "DEBUG", patience, "the node's new log level");
            story.Tell("Changed the node's log level; the node applied it");

            await operators.StopMicroserviceAsync(microservice);
            await edgelet.WaitForAsync(e => Find(e, microservice) is null, patience, "the container gone after the stop");
            story.Tell("Stopped the microservice; the node removed its container");

            await operators.StartMicroserviceAsync(microservice);
            await edgelet.WaitForAsync(e => Find(e, microservice)?.Status == "RUNNING", patience, "the microservice running again");
            story.Tell("Started it again; it is RUNNING");

            if (keep)
            {
                story.Tell($"Left application {application} and fog {run} in place (--keep)");
            }
            else
            {
                await operators.DeleteApplicationAsync(application);
                applicationMade = false;
                await edgelet.WaitForAsync(e => Find(e, microservice) is null, patience, "the container gone after the delete");
                story.Tell("Deleted the application; the node removed its container");

                await operators.DeleteFogAsync(fog);
                await edgelet.WaitForAsync(static e => e.Counters[EdgeletEventKind.NodeDeleted] > 0, patience, "deleteNode");
                await edgelet.StopAsync();
                story.Tell("Deleted the fog; the node saw deleteNode, took leave and stopped");

                await EventuallyAsync("the fog is gone", patience, async () =>
                {
                    try
                    {
                        await operators.FogAsync(fog);
                        return false;
                    }
                    catch (OperatorException error) when (error.Status == 404)
                    {
                        return true;
                    }
                });
                fog = null;
                story.Tell("The operator no longer finds the fog");
            }

            Must(edgelet.Counters.DecodeFailures == 0, $"the node could not decode {edgelet.Counters.DecodeFailures} answers");
            Must(edgelet.Counters.CallFailures == 0, $"{edgelet.Counters.CallFailures} calls of the node failed");
            return story.End(report, true, edgelet);
        }
        catch (Exception error) when (error is OperatorException or AgentCallException or AgentDecodeException or TimeoutException or HttpRequestException or DemoException or KeyNotFoundException or InvalidOperationException)
        {
            story.Tell($"NOT OBSERVED: {error.Message}");
            return story.End(report, false, edgelet);
        }
        finally
        {
            if (!keep)
            {
                await CleanUpAsync(operators, applicationMade ? application : null, fog);
            }
        }
    }

    private static async Task CleanUpAsync(OperatorClient operators, string? application, string? fog)
    {
        try
        {
            if (application is not null)
            {
                await operators.DeleteApplicationAsync(application);
            }

            if (fog is not null)
            {
                await operators.DeleteFogAsync(fog);
            }
        }
        catch (Exception error) when (error is OperatorException or HttpRequestException or OperationCanceledException)
        {
            Console.WriteLine($"Could not clean up: {error.Message}");
        }
    }

    private static SimulatedMicroservice? Find(SimulatedEdgelet edgelet, string uuid) => edgelet.Microservices.FirstOrDefault(m => m.Spec.Uuid == uuid);

    private static string? MicroserviceStatus(JsonElement microservice) =>
        microservice.TryGetProperty("status", out _) ? Text(microservice, "status", "status") : null;

    private static string? Text(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
    }

    private static async Task EventuallyAsync(string what, TimeSpan patience, Func<Task<bool>> look)
    {
        var watch = Stopwatch.StartNew();
        while (!await look())
        {
            if (watch.Elapsed > patience)
            {
                throw new TimeoutException($"Not within {patience.TotalSeconds:0} s: {what}");
            }

            await Task.Delay(200);
        }
    }

    private static void Must(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new DemoException(otherwise);
        }
    }

    private sealed class DemoException(string message) : Exception(message);

    private sealed class Story
    {
        private readonly Stopwatch _watch = Stopwatch.StartNew();
        private readonly Lock _lock = new();
        private int _steps;

        public void Tell(string text)
        {
            lock (_lock)
            {
                _steps++;
                Console.WriteLine($"{_watch.Elapsed.TotalSeconds,7:0.00} s  {_steps,2}. {text}");
            }
        }

        /// <summary>What the node does meanwhile, as far as a person would care.</summary>
        public void Overhear(EdgeletEvent happened)
        {
            var text = happened.Kind switch
            {
                EdgeletEventKind.Polled when happened.Changes is { Any: true } changes => "node sees news: " + Flags(changes),
                EdgeletEventKind.ConfigApplied => $"node applied its configuration: {(happened.Detail is { Length: > 0 } keys ? keys : "no difference")}",
                EdgeletEventKind.ConfigRejected => $"node cannot apply its configuration: {happened.Detail}",
                EdgeletEventKind.CallFailed or EdgeletEventKind.DecodeFailed => $"node: {happened.Error!.Message}",
                EdgeletEventKind.Evicted => "node wiped itself",
                EdgeletEventKind.NodeDeleted => "node deprovisioned itself",
                _ => null,
            };
            if (text is not null)
            {
                lock (_lock)
                {
                    Console.WriteLine($"{_watch.Elapsed.TotalSeconds,7:0.00} s        {text}");
                }
            }
        }

        public bool End(Report report, bool passed, SimulatedEdgelet edgelet)
        {
            report.Note("demo", passed ? "all steps observed" : "failed");
            report.Count("steps told", _steps);
            report.Add("time", _watch.Elapsed.TotalSeconds, "s");
            report.Count("polls", edgelet.Counters.Polls);
            report.Count("statuses", edgelet.Counters.StatusesSent);
            return passed;
        }

        private static string Flags(AgentChanges c)
        {
            (string Name, bool Set)[] all =
            [
                ("config", c.Config), ("version", c.Version), ("reboot", c.Reboot), ("deleteNode", c.DeleteNode), ("microserviceList", c.MicroserviceList),
                ("microserviceConfig", c.MicroserviceConfig), ("registries", c.Registries), ("tunnel", c.Tunnel), ("prune", c.Prune),
                ("routerChanged", c.RouterChanged), ("volumeMounts", c.VolumeMounts), ("execSessions", c.ExecSessions),
                ("microserviceLogs", c.MicroserviceLogs), ("fogLogs", c.FogLogs),
            ];
            return string.Join(", ", all.Where(static flag => flag.Set).Select(static flag => flag.Name));
        }
    }
}
