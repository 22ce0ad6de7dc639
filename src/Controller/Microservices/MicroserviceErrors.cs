using Controller.Hosting;

namespace Controller.Microservices;

/// <summary>Failures that several parts of the microservice rules share (texts: api-workloads 1.11).</summary>
internal static class MicroserviceErrors
{
    public static ApiException UnknownUuid(string uuid) => ApiException.NotFound($"Invalid microservice UUID '{uuid}'");

    public static ApiException UnknownFog(string uuidOrName) => ApiException.Validation($"Invalid ioFog UUID '{uuidOrName}'");

    public static ApiException UnknownApplication(string nameOrId) => ApiException.NotFound($"Invalid application id '{nameOrId}'");

    public static ApiException UnknownCatalogItem(long id) => ApiException.NotFound($"Invalid catalog item id '{id}'");

    public static ApiException UnknownRegistry(long id) => ApiException.NotFound($"Invalid registry id '{id}'");

    public static ApiException DuplicateName(string name) => ApiException.Duplicate($"Duplicate name '{name}'");

    public static ApiException IsSystem(string uuid) => ApiException.Validation($"Microservice uuid {uuid} is system and can't be updated");
}
