namespace Controller.Configuration;

internal enum AuthMode
{
    Embedded,
    External,
}

internal enum SessionStoreType
{
    Memory,
    Database,
}

/// <summary>Operator identity.</summary>
internal sealed record AuthSettings
{
    public required AuthMode Mode { get; init; }

    /// <summary>Embedded: our own issuer, from the public URL. External: the configured URL; null = not configured.</summary>
    public required string? IssuerUrl { get; init; }

    /// <summary>Null only in external mode without one.</summary>
    public required string? ClientId { get; init; }

    /// <summary>Null in embedded mode = generated.</summary>
    public required Secret? ClientSecret { get; init; }

    /// <summary>False = the server starts (in development mode only) but accepts no operator.</summary>
    public bool IsConfigured => Mode == AuthMode.Embedded || (IssuerUrl is not null && ClientId is not null && ClientSecret is not null);

    public required string ConsoleClientId { get; init; }

    public required bool ConsoleClientEnabled { get; init; }

    public required bool InsecureAllowHttp { get; init; }

    public required BootstrapAdminSettings Bootstrap { get; init; }

    public required AuthRateLimitSettings RateLimit { get; init; }

    public required AuthSessionStoreSettings SessionStore { get; init; }

    /// <summary>Keys of the issuer's cookies, the newest first; empty = generated and stored.</summary>
    public required SecretList CookieKeys { get; init; }

    /// <summary>Path on the Console.</summary>
    public required string OauthInteractionUrl { get; init; }

    public required AuthLifetimes Lifetimes { get; init; }
}

internal sealed record BootstrapAdminSettings
{
    public required string? UserName { get; init; }

    public required Secret? Password { get; init; }

    /// <summary>The password may be printed once outside development mode.</summary>
    public required bool AllowLog { get; init; }
}

internal sealed record AuthRateLimitSettings(bool Enabled, int MaximumRequests, TimeSpan Window);

internal sealed record AuthSessionStoreSettings
{
    public required SessionStoreType Type { get; init; }

    public required TimeSpan Lifetime { get; init; }

    /// <summary>Null = generated and stored.</summary>
    public required Secret? Secret { get; init; }
}

/// <summary>Null = by the policy in the database.</summary>
internal sealed record AuthLifetimes
{
    public required TimeSpan Interaction { get; init; }

    public required TimeSpan Grant { get; init; }

    /// <summary>Null = lifetime of a refresh token.</summary>
    public required TimeSpan? Session { get; init; }

    /// <summary>Null = lifetime of an access token.</summary>
    public required TimeSpan? IdToken { get; init; }

    public required TimeSpan? AccessToken { get; init; }

    public required TimeSpan? RefreshToken { get; init; }
}
