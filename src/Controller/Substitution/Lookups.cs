using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Controller.AccessControl;
using Controller.Applications;
using Controller.Fogs;
using Controller.Hosting;
using Controller.Liquid;

namespace Controller.Substitution;

/// <summary>
/// The filters that look into the database: <c>findAgent</c>, <c>findApplication</c>, <c>findMicroserviceAgent</c>. Each
/// thing is looked up once per request, and only for an operator who may read it: a template shows no more than the API.
/// </summary>
internal sealed class Lookups(FogReader fogs, ApplicationQueries applications, OperatorGate operators)
{
    /// <summary>What a lookup costs beside its result; so many fit into a request's budget.</summary>
    private const int Steps = 1000;

    private readonly Dictionary<(string Kind, string Name), object?> _found = [];

    public IReadOnlyDictionary<string, HostFilter> For(HttpContext context, LiquidBudget budget)
    {
        return new Dictionary<string, HostFilter>(StringComparer.Ordinal)
        {
            ["findAgent"] = name => name is ""
                ? OnceAsync("agents", "", budget, () => ListAgentsAsync(context))
                : AgentAsync("agent by name", Text(name), byName: true),
            ["findMicroserviceAgent"] = microservice => AgentAsync("agent", Text(Values.Member(microservice, "iofogUuid")), byName: false),
            ["findApplication"] = name => OnceAsync("application", Text(name), budget, () => FindApplicationAsync(context, Text(name))),
        };

        async ValueTask<object?> AgentAsync(string kind, string key, bool byName) =>
            await OnceAsync(kind, key, budget, () => FindAgentAsync(context, key, byName)) ?? throw new LiquidFault(FogErrors.Unknown(key).Message);
    }

    private async ValueTask<object?> OnceAsync(string kind, string name, LiquidBudget budget, Func<Task<object?>> find)
    {
        if (_found.TryGetValue((kind, name), out var known))
        {
            return known;
        }

        budget.Step(Steps);
        return _found[(kind, name)] = await find();
    }

    private async Task<object?> ListAgentsAsync(HttpContext context)
    {
        await operators.RequireAsync(context, new("fogs", "list"), null);
        return ToValue((await fogs.ListAsync([], context.RequestAborted)).ToArray(), FogJson.Default.FogBodyArray);
    }

    private async Task<object?> FindAgentAsync(HttpContext context, string key, bool byName)
    {
        var fog = await (byName ? fogs.FindByNameAsync(key, context.RequestAborted) : fogs.FindAsync(key, context.RequestAborted));
        // The rule may name single agents, so it is asked for this one; of one that is not there nothing can be shown.
        await operators.RequireAsync(context, new("fogs", "get"), fog?.Uuid);
        return fog is null ? null : ToValue(fog, FogJson.Default.FogDetailBody);
    }

    private async Task<object?> FindApplicationAsync(HttpContext context, string name)
    {
        await operators.RequireAsync(context, new("applications", "get"), name);
        await operators.RequireAsync(context, new("microservices", "list"), null);
        return await applications.FindForTemplateAsync(name, context.RequestAborted) is { } application
            ? ToValue(application, ApplicationJson.Default.ApplicationBody)
            : null;
    }

    private static string Text(object? value) => value as string ?? "";

    private static object? ToValue<T>(T body, JsonTypeInfo<T> type)
    {
        using var document = JsonDocument.Parse(JsonResponse.Bytes(body, type));
        return Values.FromJson(document.RootElement);
    }
}
