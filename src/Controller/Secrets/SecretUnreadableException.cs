namespace Controller.Secrets;

/// <summary>
/// A stored value that does not decrypt: another master key, another name, or changed bytes. Names the secret, never
/// its content.
/// </summary>
internal sealed class SecretUnreadableException(string name, Exception? inner = null)
    : Exception($"Secret '{name}' cannot be decrypted", inner)
{
    public string Name => name;
}
