using System.Text.Json;

namespace Controller.Ws.Tests.Relay;

/// <summary>Key pairs and claims of the contract, made by NATS' own tools.</summary>
internal static class RelayExample
{
    public static JsonElement Keys { get; } = JsonDocument.Parse(
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Examples", "relay", "nats-keys-and-claims.json"))).RootElement;
}
