using System.Text.Json.Nodes;
using Controller.Tests.Support;

namespace Controller.Tests.Clients;

/// <summary>
/// The commands of iofogctl and potctl as the calls they make, in their order and with their decisions (clients 3.3 to
/// 3.8).
/// </summary>
internal sealed class Iofogctl(GoClient client) : IDisposable
{
    public GoClient Client => client;

    /// <summary>Each invocation begins by asking for the version; a failure is ignored.</summary>
    public static async Task<Iofogctl> StartAsync(TestController controller)
    {
        var client = new GoClient(controller.App.Address);
        var status = await client.ReadAsync("GET", "/status");
        await Assert.That(status.Object("versions")!.Text("controller")).Matches(@"^\d+\.\d+\.\d+(-.*)?$");
        return new Iofogctl(client);
    }

    // ---- agents ----

    public async Task<List<GoAgent>> AgentsAsync() =>
        [.. (await client.ReadAsync("GET", "/iofog-list")).Objects("fogs").Select(GoAgent.Decode)];

    /// <summary>There is no call for one name: every lookup reads the whole list.</summary>
    public async Task<GoAgent?> FindAgentAsync(string name) => (await AgentsAsync()).Find(a => a.Name == name);

    public async Task<GoAgent> AgentAsync(string uuid) => GoAgent.Decode(await client.ReadAsync("GET", $"/iofog/{uuid}"));

    /// <summary>Creates or updates an agent; returns its uuid.</summary>
    public async Task<string> DeployAgentAsync(string name, JsonObject configuration)
    {
        var agents = await AgentsAsync();
        var body = configuration.DeepClone().AsObject();
        body["name"] = name;
        foreach (var key in new[] { "upstreamRouters", "upstreamNatsServers" })
        {
            if (body[key] is JsonArray names)
            {
                body[key] = new JsonArray([.. names.Select(n => (JsonNode?)(agents.Find(a => a.Name == (string?)n)?.Uuid ?? (string?)n))]);
            }
        }

        if (agents.Find(a => a.Name == name) is not { } existing)
        {
            return (await client.ReadAsync("POST", "/iofog", body)).Needed("uuid");
        }

        // The host is kept when the document has none.
        var present = await AgentAsync(existing.Uuid);
        if (present.Host.Length > 0)
        {
            body.TryAdd("host", present.Host);
        }

        await client.DoAsync("PATCH", $"/iofog/{existing.Uuid}", body);
        return (await AgentAsync(existing.Uuid)).Uuid;
    }

    /// <summary>The key that the installer hands to the agent.</summary>
    public async Task<(string Key, string CaCert, long ExpirationTime)> ProvisioningKeyAsync(string uuid)
    {
        await AgentsAsync();
        var key = await client.ReadAsync("GET", $"/iofog/{uuid}/provisioning-key");
        return (key.Needed("key"), key.Text("caCert"), key.Int("expirationTime"));
    }

    /// <summary>Polls until the platform is ready; a failed one is reconciled once.</summary>
    public async Task<GoAgent> WaitAsync(string uuid)
    {
        var retried = false;
        for (var i = 0; i < 400; i++)
        {
            var agent = await AgentAsync(uuid);
            switch (agent.Platform?.Phase)
            {
                case "Ready":
                    return agent;
                case "Deleting":
                    throw new InvalidOperationException("the agent is being deleted");
                case "Failed" when !retried:
                    (await client.ReadAsync("POST", $"/iofog/{uuid}/reconcile")).Needed("uuid");
                    retried = true;
                    break;
            }

            await Task.Delay(25);
        }

        throw new TimeoutException("not ready");
    }

    /// <summary>Deletes an agent, unless microservices run on it.</summary>
    public async Task DeleteAgentAsync(string name)
    {
        var agent = await NeedAgentAsync(name);
        if ((await MicroservicesAsync("/microservices")).Exists(m => m.AgentUuid == agent.Uuid))
        {
            throw new InvalidOperationException("microservices run on the agent");
        }

        await client.DoAsync("DELETE", $"/iofog/{agent.Uuid}");
    }

    public async Task<GoAgent> RenameAgentAsync(string name, string newName)
    {
        var agent = await NeedAgentAsync(name);
        await client.DoAsync("PATCH", $"/iofog/{agent.Uuid}", new JsonObject { ["name"] = newName });
        return await AgentAsync(agent.Uuid);
    }

    /// <summary>An agent that is gone needs no pruning.</summary>
    public async Task PruneAgentAsync(string uuid)
    {
        try
        {
            await client.DoAsync("POST", $"/iofog/{uuid}/prune");
        }
        catch (GoHttpException e) when (e.Message.Contains("NotFoundError", StringComparison.Ordinal))
        {
        }
    }

    public Task RebootAgentAsync(string uuid) => client.DoAsync("POST", $"/iofog/{uuid}/reboot");

    /// <param name="name">Agent.</param>
    /// <param name="command">upgrade or rollback.</param>
    /// <param name="semver">Target; null sends no body at all.</param>
    public async Task ChangeVersionAsync(string name, string command, string? semver = null) => await client.DoAsync(
        "POST", $"/iofog/{(await NeedAgentAsync(name)).Uuid}/version/{command}", semver is null ? null : new JsonObject { ["semver"] = semver });

    /// <summary>Finds the debug microservice of a node, after asking for it if there is none yet.</summary>
    public async Task<GoMicroservice> DebugAgentAsync(string name, Func<Task> nodeReports)
    {
        var agent = await NeedAgentAsync(name);
        if (!agent.DaemonStatus.Equals("RUNNING", StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidOperationException($"agent is {agent.DaemonStatus}");
        }

        if (await FindDebugAsync(agent) is null)
        {
            try
            {
                await client.DoAsync("POST", $"/iofog/{agent.Uuid}/exec", new JsonObject { ["uuid"] = agent.Uuid });
            }
            catch (GoHttpException e) when (new[] { "already", "conflict", "exists" }.Any(w => e.Message.Contains(w, StringComparison.OrdinalIgnoreCase)))
            {
            }
        }

        for (var i = 0; i < 60; i++)
        {
            if (await FindDebugAsync(agent) is { Status: "RUNNING" } debug)
            {
                return debug;
            }

            await nodeReports();
        }

        throw new TimeoutException("no debug microservice");
    }

    public async Task DetachDebugAsync(string name)
    {
        var agent = await NeedAgentAsync(name);
        await client.DoAsync("DELETE", $"/iofog/{agent.Uuid}/exec", new JsonObject { ["uuid"] = agent.Uuid });
    }

    // ---- applications ----

    public async Task<List<GoApplication>> ApplicationsAsync(bool system = false) =>
        [.. (await client.ReadAsync("GET", system ? "/application/system" : "/application")).Objects("applications").Select(GoApplication.Decode)];

    public async Task<GoApplication> ApplicationAsync(string name) => GoApplication.Decode(await client.ReadAsync("GET", $"/application/{name}"));

    /// <summary>Creates or replaces an application from a document, then starts it.</summary>
    public async Task<GoApplication> DeployApplicationAsync(JsonObject document)
    {
        var name = (string)document["metadata"]!["name"]!;
        var exists = await client.ExistsAsync($"/application/{name}");
        var answer = await client.UploadAsync(
            exists ? "PUT" : "POST", exists ? $"/application/yaml/{name}" : "/application/yaml", "application", "application.yaml", document);
        if (!exists)
        {
            var created = GoObject.Parse(answer, "created");
            created.Int("id");
            name = created.Needed("name");
        }

        await ApplicationAsync(name);
        return await SetApplicationActiveAsync(name, true);
    }

    public async Task<GoApplication> SetApplicationActiveAsync(string name, bool active)
    {
        await client.DoAsync("PATCH", $"/application/{name}", new JsonObject { ["isActivated"] = active });
        return await ApplicationAsync(name);
    }

    public async Task<GoApplication> RenameApplicationAsync(string name, string newName)
    {
        await client.DoAsync("PATCH", $"/application/{name}", new JsonObject { ["name"] = newName });
        return await ApplicationAsync(newName);
    }

    public Task DeleteApplicationAsync(string name) => client.DoAsync("DELETE", $"/application/{name}");

    /// <summary>The application as the document that would deploy it.</summary>
    public async Task<JsonObject> DescribeApplicationAsync(string name)
    {
        var application = await ApplicationAsync(name);
        var microservices = new JsonArray();
        foreach (var microservice in await MicroservicesAsync($"/microservices?application={name}"))
        {
            microservices.Add((JsonNode)await SpecAsync(microservice));
        }

        return Document("Application", application.Name, new JsonObject { ["name"] = application.Name, ["microservices"] = microservices });
    }

    // ---- microservices ----

    public async Task<List<GoMicroservice>> MicroservicesAsync(string path) =>
        [.. (await client.ReadAsync("GET", path)).Objects("microservices").Select(GoMicroservice.Decode)];

    /// <summary>A microservice by its application and name; the system's are looked at when the users' do not know the application.</summary>
    public async Task<(GoMicroservice? Found, bool IsSystem)> FindMicroserviceAsync(string application, string name)
    {
        try
        {
            return ((await MicroservicesAsync($"/microservices?application={application}")).Find(m => m.Name == name), false);
        }
        catch (GoHttpException e) when (e.Message.Contains("Invalid application id", StringComparison.Ordinal))
        {
            return ((await MicroservicesAsync($"/microservices/system?application={application}")).Find(m => m.Name == name), true);
        }
    }

    public async Task<GoMicroservice> MicroserviceAsync(string uuid) =>
        GoMicroservice.Decode(await client.ReadAsync("GET", $"/microservices/{uuid}"));

    /// <summary>Creates or changes a microservice from a document.</summary>
    public async Task<GoMicroservice> DeployMicroserviceAsync(JsonObject document)
    {
        var name = ((string)document["metadata"]!["name"]!).Split('/');
        var (existing, isSystem) = await FindMicroserviceAsync(name[0], name[1]);
        if (existing is null)
        {
            var created = await client.UploadAsync("POST", "/microservices/yaml", "microservice", "microservice.yaml", document);
            return await MicroserviceAsync(GoObject.Parse(created, "created").Needed("uuid"));
        }

        var path = isSystem ? "/microservices/system" : "/microservices";
        await client.UploadAsync("PATCH", $"{path}/yaml/{existing.Uuid}", "microservice", "microservice.yaml", document);
        return GoMicroservice.Decode(await client.ReadAsync("GET", $"{path}/{existing.Uuid}"));
    }

    public async Task<JsonObject> DescribeMicroserviceAsync(string application, string name)
    {
        var microservice = await NeedMicroserviceAsync(application, name);
        return Document("Microservice", $"{application}/{name}", await SpecAsync(microservice));
    }

    public Task<GoMicroservice> MoveMicroserviceAsync(string application, string name, string agent) =>
        RewriteAsync(application, name, document => document["spec"]!["agent"]!["name"] = agent);

    public Task<GoMicroservice> RenameMicroserviceAsync(string application, string name, string newName) =>
        RewriteAsync(application, name, document =>
        {
            document["metadata"]!["name"] = $"{application}/{newName}";
            document["spec"]!["name"] = newName;
        });

    /// <param name="application">Application.</param>
    /// <param name="name">Microservice.</param>
    /// <param name="verb">start, stop or rebuild.</param>
    public async Task OrderMicroserviceAsync(string application, string name, string verb) =>
        await client.DoAsync("PATCH", $"/microservices/{(await NeedMicroserviceAsync(application, name)).Uuid}/{verb}");

    public async Task DeleteMicroserviceAsync(string application, string name) =>
        await client.DoAsync("DELETE", $"/microservices/{(await NeedMicroserviceAsync(application, name)).Uuid}");

    // ---- application templates ----

    /// <summary>Creates or replaces a template; the client asks each time whether there are templates at all.</summary>
    public async Task<GoTemplate> DeployTemplateAsync(JsonObject document)
    {
        var name = (string)document["metadata"]!["name"]!;
        await client.DoAsync("HEAD", "/capabilities/applicationTemplates");
        var exists = await client.ExistsAsync($"/applicationTemplate/{name}");
        var answer = await client.UploadAsync(
            exists ? "PUT" : "POST", exists ? $"/applicationTemplate/yaml/{name}" : "/applicationTemplate/yaml", "template",
            exists ? "microservice.yaml" : "application.yaml", document);
        var saved = GoObject.Parse(answer, "saved");
        saved.Int("id");
        return await TemplateAsync(saved.Needed("name"));
    }

    public async Task<GoTemplate> TemplateAsync(string name)
    {
        await client.DoAsync("HEAD", "/capabilities/applicationTemplates");
        return GoTemplate.Decode(await client.ReadAsync("GET", $"/applicationTemplate/{name}"));
    }

    public async Task<List<GoTemplate>> TemplatesAsync()
    {
        await client.DoAsync("HEAD", "/capabilities/applicationTemplates");
        return [.. (await client.ReadAsync("GET", "/applicationTemplates")).Objects("applicationTemplates").Select(GoTemplate.Decode)];
    }

    // ---- secrets, config maps, volume mounts ----

    /// <summary>Creates or replaces a secret or config map: whatever is wrong with reading it, the client creates it.</summary>
    public async Task<GoData> DeployDataAsync(string path, JsonObject body)
    {
        var one = $"{path}/{(string)body["name"]!}";
        if (!await AnswersAsync(one))
        {
            await client.DoAsync("POST", path, body);
        }
        else
        {
            await client.ReadAsync("GET", one);
            await client.DoAsync("PATCH", one, new JsonObject(body.Where(p => p.Key is not "type").Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone()))));
        }

        return GoData.Decode(await client.ReadAsync("GET", one));
    }

    public async Task<List<GoData>> DataAsync(string path, string list) => [.. (await client.ReadAsync("GET", path)).Objects(list).Select(GoData.Decode)];

    public async Task<GoVolumeMount> DeployVolumeMountAsync(JsonObject body)
    {
        var one = $"/volumeMounts/{(string)body["name"]!}";
        await (await AnswersAsync(one) ? client.DoAsync("PATCH", one, body) : client.DoAsync("POST", "/volumeMounts", body));
        return GoVolumeMount.Decode(await client.ReadAsync("GET", one));
    }

    /// <summary>Links (POST) or unlinks (DELETE) a volume mount by the agent's name.</summary>
    public async Task LinkVolumeMountAsync(string method, string name, string agent) => await client.DoAsync(
        method, $"/volumeMounts/{name}/link", new JsonObject { ["name"] = name, ["fogUuids"] = new JsonArray((await NeedAgentAsync(agent)).Uuid) });

    /// <summary>A step of deploying a control plane: the secret and the authority, each only when it is absent.</summary>
    public async Task UploadAuthorityAsync(JsonObject secret)
    {
        var name = (string)secret["name"]!;
        var hasSecret = await client.ExistsAsync($"/secrets/{name}");
        var hasAuthority = await client.ExistsAsync($"/certificates/ca/{name}");
        if (!hasSecret)
        {
            await client.DoAsync("POST", "/secrets", secret);
        }

        if (!hasAuthority)
        {
            await client.DoAsync("POST", "/certificates/ca", new JsonObject { ["name"] = name, ["type"] = "direct", ["secretName"] = name });
        }
    }

    /// <summary>Creates a certificate or an authority; one that is there is not changed.</summary>
    public async Task<GoCertificate> DeployCertificateAsync(string path, JsonObject body)
    {
        var one = $"/certificates/{(string)body["name"]!}";
        if (await AnswersAsync(one))
        {
            throw new InvalidOperationException("certificates cannot be updated");
        }

        await client.DoAsync("POST", path, body);
        return GoCertificate.Decode(await client.ReadAsync("GET", one));
    }

    public async Task<List<GoCertificate>> CertificatesAsync() =>
        [.. (await client.ReadAsync("GET", "/certificates")).Objects("certificates").Select(GoCertificate.Decode)];

    public async Task<List<string>> AuthoritiesAsync() =>
        [.. (await client.ReadAsync("GET", "/certificates/ca")).Objects("cas").Select(c => c.Needed("name"))];

    private async Task<bool> AnswersAsync(string path)
    {
        try
        {
            await client.ReadAsync("GET", path);
            return true;
        }
        catch (GoHttpException)
        {
            return false;
        }
    }

    // ---- registries and catalog ----

    public async Task<List<GoRegistry>> RegistriesAsync() =>
        [.. (await client.ReadAsync("GET", "/registries")).Objects("registries").Select(GoRegistry.Decode)];

    public async Task<GoRegistry> RegistryAsync(long id) => GoRegistry.Decode(await client.ReadAsync("GET", $"/registries/{id}"));

    public async Task<long> DeployRegistryAsync(JsonObject body, long? id = null)
    {
        if (id is { } existing)
        {
            await client.DoAsync("PATCH", $"/registries/{existing}", body);
            return existing;
        }

        return (await client.ReadAsync("POST", "/registries", body)).Int("id");
    }

    public async Task<List<GoCatalogItem>> CatalogAsync() =>
        [.. (await client.ReadAsync("GET", "/catalog/microservices")).Objects("catalogItems").Select(GoCatalogItem.Decode)];

    public async Task<GoCatalogItem> CatalogItemAsync(long id) => GoCatalogItem.Decode(await client.ReadAsync("GET", $"/catalog/microservices/{id}"));

    public async Task<GoCatalogItem> DeployCatalogItemAsync(JsonObject body, long? id = null)
    {
        if (id is null)
        {
            return await CatalogItemAsync((await client.ReadAsync("POST", "/catalog/microservices", body)).Int("id"));
        }

        await CatalogItemAsync(id.Value);
        var update = body.DeepClone().AsObject();
        update["ID"] = id.Value;
        await client.DoAsync("PATCH", $"/catalog/microservices/{id}", update);
        return await CatalogItemAsync(id.Value);
    }

    public async Task DeleteCatalogItemAsync(string name) =>
        await client.DoAsync("DELETE", $"/catalog/microservices/{(await CatalogAsync()).Single(i => i.Name == name).Id}");

    public void Dispose() => client.Dispose();

    /// <summary>The header that every document has.</summary>
    public static JsonObject Document(string kind, string name, JsonObject spec) => new()
    {
        ["apiVersion"] = "iofog.org/v3",
        ["kind"] = kind,
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "" },
        ["spec"] = spec,
    };

    private async Task<GoMicroservice?> FindDebugAsync(GoAgent agent)
    {
        string[] names = ["debug", $"debug-{agent.Name}", $"debug-{agent.Uuid}"];
        try
        {
            return (await MicroservicesAsync($"/microservices/system?application=system-{agent.Name}"))
                .Find(m => m.AgentUuid == agent.Uuid && names.Contains(m.Name));
        }
        catch (GoHttpException e) when (e.Code == 404 || e.Message.Contains("Invalid application id", StringComparison.Ordinal))
        {
            return null;
        }
    }

    private async Task<GoAgent> NeedAgentAsync(string name) =>
        await FindAgentAsync(name) ?? throw new InvalidOperationException($"could not find agent {name}");

    private async Task<GoMicroservice> NeedMicroserviceAsync(string application, string name) =>
        (await FindMicroserviceAsync(application, name)).Found ?? throw new InvalidOperationException($"could not find microservice {name}");

    /// <summary>Moving and renaming send the whole description back.</summary>
    private async Task<GoMicroservice> RewriteAsync(string application, string name, Action<JsonObject> change)
    {
        var microservice = await NeedMicroserviceAsync(application, name);
        await AgentsAsync();
        var document = Document("Microservice", $"{application}/{name}", await SpecAsync(microservice));
        change(document);
        await client.UploadAsync("PATCH", $"/microservices/yaml/{microservice.Uuid}", "microservice", "microservice.yaml", document);
        return await MicroserviceAsync(microservice.Uuid);
    }

    /// <summary>
    /// What the client prints: zero values where Go has no omitempty, read-only members, and no name for a registry of
    /// the operator's own.
    /// </summary>
    private async Task<JsonObject> SpecAsync(GoMicroservice m)
    {
        var agent = await AgentAsync(m.AgentUuid);
        var (images, registry) = (m.Wire.Objects("images").Select(GoImage.Decode).ToList(), m.RegistryId);
        if (m.CatalogItemId != 0)
        {
            var item = await CatalogItemAsync(m.CatalogItemId);
            (images, registry) = ([.. item.Images], item.RegistryId);
        }

        string Image(long arch) => images.Find(i => i.ArchId == arch)?.ContainerImage ?? "";
        var container = new JsonObject
        {
            ["commands"] = Omitted(m.Wire.Texts("cmd")),
            ["volumes"] = List(m.Wire.Objects("volumeMappings"), v => new() { ["hostDestination"] = v.Text("hostDestination"), ["containerDestination"] = v.Text("containerDestination"), ["accessMode"] = v.Text("accessMode"), ["type"] = Omitted(v.Text("type")) }),
            ["env"] = List(m.Wire.Objects("env"), v => new() { ["key"] = v.Text("key"), ["value"] = Omitted(v.Text("value")), ["valueFromSecret"] = Omitted(v.Text("valueFromSecret")), ["valueFromConfigMap"] = Omitted(v.Text("valueFromConfigMap")) }),
            ["extraHosts"] = List(m.Wire.Objects("extraHosts"), v => new() { ["name"] = v.Text("name"), ["address"] = v.Text("address"), ["value"] = v.Text("value") }),
            ["ports"] = List(m.Wire.Objects("ports"), v => new() { ["internal"] = v.Int("internal"), ["external"] = v.Int("external"), ["protocol"] = Omitted(v.Text("protocol")) }),
            ["hostNetworkMode"] = m.Wire.Flag("hostNetworkMode"),
            ["isPrivileged"] = m.Wire.Flag("isPrivileged"),
            ["annotations"] = JsonNode.Parse(m.Wire.JsonText("annotations").GetRawText()),
            ["memoryLimit"] = m.Wire.Int("memoryLimit"),
            ["cdiDevices"] = Omitted(m.Wire.Texts("cdiDevices")),
            ["capAdd"] = Omitted(m.Wire.Texts("capAdd")),
            ["capDrop"] = Omitted(m.Wire.Texts("capDrop")),
        };
        foreach (var key in new[] { "pidMode", "ipcMode", "runtime", "platform", "runAsUser", "cpuSetCpus" })
        {
            container[key] = Omitted(m.Wire.Text(key));
        }

        if (m.Wire.Object("healthCheck") is { } check && check.Texts("test").Count > 0)
        {
            var health = new JsonObject { ["test"] = new JsonArray([.. check.Texts("test").Select(t => (JsonNode)t)]) };
            foreach (var key in new[] { "interval", "timeout", "retries", "startPeriod", "startInterval" }.Where(k => check.Any(k) is not null))
            {
                health[key] = check.Int(key);
            }

            container["healthCheck"] = health;
        }

        Strip(container);
        return new JsonObject
        {
            ["uuid"] = m.Uuid,
            ["name"] = m.Name,
            ["agent"] = new JsonObject { ["name"] = agent.Name, ["config"] = new JsonObject() },
            ["images"] = new JsonObject
            {
                ["catalogId"] = m.CatalogItemId,
                ["amd64"] = Image(1),
                ["arm64"] = Image(2),
                ["riscv64"] = Image(3),
                ["arm"] = Image(4),
                ["registry"] = registry switch { 1 => "remote", 2 => "local", _ => "" },
            },
            ["container"] = container,
            ["natsConfig"] = new JsonObject { ["natsAccess"] = m.Wire.Object("natsConfig")?.Flag("natsAccess") ?? false },
            ["schedule"] = m.Wire.Int("schedule"),
            ["config"] = JsonNode.Parse(m.Config.GetRawText()),
            ["application"] = m.Application,
            ["status"] = new JsonObject { ["status"] = m.Status, ["execSessionIds"] = new JsonArray() },
            ["execStatus"] = new JsonObject { ["status"] = "", ["execSessionId"] = "" },
        };
    }

    private static JsonArray List(IReadOnlyList<GoObject> items, Func<GoObject, JsonObject> one) => new([.. items.Select(i => (JsonNode)Strip(one(i)))]);

    private static JsonArray? Omitted(IReadOnlyList<string> texts) => texts.Count == 0 ? null : new JsonArray([.. texts.Select(t => (JsonNode)t)]);

    private static JsonNode? Omitted(string text) => text.Length == 0 ? null : text;

    private static JsonObject Strip(JsonObject body)
    {
        foreach (var key in body.Where(p => p.Value is null).Select(p => p.Key).ToList())
        {
            body.Remove(key);
        }

        return body;
    }
}
