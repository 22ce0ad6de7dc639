namespace Controller.Configuration;

/// <summary>Files the Controller keeps, and the master key for secrets at rest.</summary>
internal sealed record DataSettings
{
    /// <summary>Full path; made at start when missing.</summary>
    public required string Directory { get; init; }

    /// <summary>Base64 of 32 bytes; null = read <see cref="EncryptionKeyFile"/>.</summary>
    public required Secret? EncryptionKey { get; init; }

    public required string EncryptionKeyFile { get; init; }

    /// <summary>True when the key file was configured: it must then exist, and is not generated.</summary>
    public required bool EncryptionKeyFileIsGiven { get; init; }

    /// <summary>Present once the first administrator has been generated.</summary>
    public string BootstrapMarkerFile => Path.Combine(Directory, "bootstrap.generated");
}
