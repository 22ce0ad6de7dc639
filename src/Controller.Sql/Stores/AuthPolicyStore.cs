namespace Controller.Sql.Stores;

/// <summary>Rules for passwords, lockout and token lifetimes (auth-rbac 7.1). The defaults are those of a database without the row.</summary>
public sealed record AuthPolicy
{
    /// <summary>Least length of a password.</summary>
    public int MinPasswordLength { get; init; } = 12;

    /// <summary>A password needs an upper case letter.</summary>
    public bool RequireUppercase { get; init; } = true;

    /// <summary>A password needs a lower case letter.</summary>
    public bool RequireLowercase { get; init; } = true;

    /// <summary>A password needs a digit.</summary>
    public bool RequireDigit { get; init; } = true;

    /// <summary>How many former passwords may not come back.</summary>
    public int PasswordHistoryCount { get; init; } = 5;

    /// <summary>Wrong passwords until the account is locked.</summary>
    public int MaxFailedAttempts { get; init; } = 5;

    /// <summary>Minutes it stays locked.</summary>
    public int LockoutMinutes { get; init; } = 15;

    /// <summary>Lifetime of an access token in seconds.</summary>
    public int AccessTokenSeconds { get; init; } = 900;

    /// <summary>Lifetime of a refresh token in seconds.</summary>
    public int RefreshTokenSeconds { get; init; } = 3600;

    /// <summary>Whether a refresh replaces the refresh token.</summary>
    public bool RefreshRotation { get; init; } = true;
}

/// <summary>The one row of <c>AuthPolicy</c>.</summary>
public static class AuthPolicyStore
{
    private static readonly AuthPolicy Defaults = new();

    /// <summary>The policy in force; a column without a value has its default.</summary>
    public static async Task<AuthPolicy> ReadAsync(DbSession session) => await session.QueryOneAsync(
        """
        SELECT "min_password_length", "require_uppercase", "require_lowercase", "require_digit", "password_history_count",
               "max_failed_attempts", "lockout_duration_minutes", "access_token_ttl_seconds", "refresh_token_ttl_seconds", "refresh_rotation"
        FROM "AuthPolicy" WHERE "id" = 1
        """,
        r => new AuthPolicy
        {
            MinPasswordLength = r.IntOrNull() ?? Defaults.MinPasswordLength,
            RequireUppercase = r.BoolOrNull() ?? true,
            RequireLowercase = r.BoolOrNull() ?? true,
            RequireDigit = r.BoolOrNull() ?? true,
            PasswordHistoryCount = r.IntOrNull() ?? Defaults.PasswordHistoryCount,
            MaxFailedAttempts = r.IntOrNull() ?? Defaults.MaxFailedAttempts,
            LockoutMinutes = r.IntOrNull() ?? Defaults.LockoutMinutes,
            AccessTokenSeconds = r.IntOrNull() ?? Defaults.AccessTokenSeconds,
            RefreshTokenSeconds = r.IntOrNull() ?? Defaults.RefreshTokenSeconds,
            RefreshRotation = r.BoolOrNull() ?? true,
        }).ConfigureAwait(false) ?? Defaults;
}
