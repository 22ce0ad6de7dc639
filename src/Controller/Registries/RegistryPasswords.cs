using Controller.Secrets;
using Controller.Sql.Stores;

namespace Controller.Registries;

/// <summary>Passwords of registries at rest (runtime 5.1).</summary>
internal sealed class RegistryPasswords(SecretData secrets)
{
    private const string Key = "value";

    /// <summary>The stored form; an empty password stays empty.</summary>
    public string Seal(long registryId, string password) =>
        password.Length == 0 ? "" : secrets.Seal(Name(registryId), [new(Key, password)]);

    /// <summary>The password in clear text, for agents only. What cannot be read is used as it is: old rows hold clear text.</summary>
    public string? Open(RegistryRow registry) =>
        string.IsNullOrEmpty(registry.Password) ? registry.Password
        : secrets.Open(Name(registry.Id), registry.Password)?.GetValueOrDefault(Key) ?? registry.Password;

    private static string Name(long registryId) => $"registry-{registryId}";
}
