namespace Controller.Configuration;

/// <summary>External secret store. What is missing for the chosen provider is reported when the store is opened: it never stops the start.</summary>
internal sealed record VaultSettings
{
    public required bool Enabled { get; init; }

    /// <summary>As given; null = none.</summary>
    public required string? Provider { get; init; }

    /// <summary>Path prefix, with the namespace filled in.</summary>
    public required string BasePath { get; init; }

    public required HashiCorpVaultSettings HashiCorp { get; init; }

    public required AwsVaultSettings Aws { get; init; }

    public required AzureVaultSettings Azure { get; init; }

    public required GoogleVaultSettings Google { get; init; }
}

internal sealed record HashiCorpVaultSettings(string? Address, Secret? Token, string Mount);

internal sealed record AwsVaultSettings(string Region, string? AccessKeyId, Secret? SecretAccessKey);

internal sealed record AzureVaultSettings(string? Url, string? TenantId, string? ClientId, Secret? ClientSecret);

internal sealed record GoogleVaultSettings(string? ProjectId, string? CredentialsPath);
