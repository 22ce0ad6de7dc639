using Controller.Secrets;
using Controller.Sql.Stores;

namespace Controller.Tunnels;

/// <summary>Passwords of SSH servers at rest.</summary>
internal sealed class TunnelPasswords(SecretData secrets)
{
    /// <summary>The stored form.</summary>
    public string Seal(string fogUuid, string password) => secrets.SealText(Name(fogUuid), password);

    /// <summary>The password in clear text, for the node only.</summary>
    public string? Open(TunnelRow tunnel) => secrets.OpenText(Name(tunnel.FogUuid), tunnel.Password);

    private static string Name(string fogUuid) => $"tunnel-{fogUuid}";
}
