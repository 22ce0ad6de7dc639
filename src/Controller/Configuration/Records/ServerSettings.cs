using Controller.Ws;

namespace Controller.Configuration;

/// <summary>The API listener, and what both listeners share.</summary>
internal sealed record ServerSettings
{
    public required int Port { get; init; }

    public required bool DevMode { get; init; }

    /// <summary>External URL of the API, without a slash at the end.</summary>
    public required string PublicUrl { get; init; }

    /// <summary>True when the public URL was configured and not derived from the port.</summary>
    public required bool PublicUrlIsGiven { get; init; }

    public required TrustProxy TrustProxy { get; init; }

    public required TlsSettings Tls { get; init; }

    /// <summary>True when the listeners speak TLS.</summary>
    public bool UsesTls => !DevMode && Tls.IsComplete;

    public required SessionSettings WebSocket { get; init; }

    public required RelaySettings Relay { get; init; }

    public required int MaxJsonBodyBytes { get; init; }

    public required int MaxUploadBodyBytes { get; init; }
}

/// <summary>A broker of the operator's own that carries sessions between replicas; without one, the fleet's does.</summary>
internal sealed record RelaySettings
{
    /// <summary>May hold a password.</summary>
    public required Secret? Url { get; init; }

    /// <summary>A NATS <c>.creds</c> file.</summary>
    public required string? CredentialsFile { get; init; }

    /// <summary>PEM file of whoever signs the broker's certificate.</summary>
    public required string? AuthorityFile { get; init; }
}

/// <summary>Where certificate and key come from. Files win when both their key and certificate are named.</summary>
internal sealed record TlsSettings
{
    public required string? KeyPath { get; init; }

    public required string? CertificatePath { get; init; }

    public required string? IntermediatePath { get; init; }

    /// <summary>Base64 of PEM, as the other two.</summary>
    public required Secret? KeyBase64 { get; init; }

    public required string? CertificateBase64 { get; init; }

    public required string? IntermediateBase64 { get; init; }

    public bool UsesFiles => KeyPath is not null && CertificatePath is not null;

    public bool IsComplete => UsesFiles || (KeyBase64 is not null && CertificateBase64 is not null);

    /// <summary>True when something is configured, be it enough or not.</summary>
    public bool IsStarted => (KeyPath ?? CertificatePath ?? CertificateBase64) is not null || KeyBase64 is not null;
}

/// <summary>The Console listener.</summary>
internal sealed record ConsoleSettings
{
    public required int Port { get; init; }

    /// <summary>External URL, without a slash at the end.</summary>
    public required string Url { get; init; }

    /// <summary>Directory of the built Console; null = only the built-in page.</summary>
    public required string? Path { get; init; }

    /// <summary>Version from the environment; null = see the file <c>VERSION</c> in <see cref="Path"/>.</summary>
    public required string? Version { get; init; }
}
