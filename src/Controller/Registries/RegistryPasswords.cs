using Controller.Secrets;
using Controller.Sql.Stores;

namespace Controller.Registries;

/// <summary>Passwords of registries at rest (runtime 5.1).</summary>
internal sealed class RegistryPasswords(SecretData secrets)
{
    /// <summary>The stored form; an empty password stays empty.</summary>
    public string Seal(long registryId, string password) => secrets.SealText(Name(registryId), password);

    /// <summary>The password in clear text, for agents only.</summary>
    public string? Open(RegistryRow registry) => secrets.OpenText(Name(registry.Id), registry.Password);

    private static string Name(long registryId) => $"registry-{registryId}";
}
