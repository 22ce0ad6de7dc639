namespace Controller.Catalog;

/// <summary>The items that the Controller deploys itself; found by name and category (api-workloads 7).</summary>
internal static class SystemCatalog
{
    public const string Category = "SYSTEM";

    /// <summary>Only the seed may use it.</summary>
    public const string Publisher = "Eclipse ioFog";

    public const string Router = "Router";

    public const string RestBlue = "RESTBlue";

    public const string Hal = "HAL";

    public const string Debug = "Debug";

    public const string Nats = "NATs";
}
