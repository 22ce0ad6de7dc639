using System.Text.Json.Serialization;

namespace Controller.Hosting;

/// <summary>The error body of every operator route (decision 30); <c>error</c> only for 401/403 of the RBAC layer.</summary>
internal sealed record ErrorBody(
    string Name,
    string Message,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error = null);

/// <summary>The error body of agent routes: the legacy and the structured form together (agent-wire 4.6).</summary>
internal sealed record AgentErrorBody(string Name, string Message, string Error, string Code, bool Retryable);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(AgentErrorBody))]
internal sealed partial class ErrorJson : JsonSerializerContext;
