using Controller.Sql.Stores;

namespace Controller.Identity;

/// <summary>What a new password must be. The defaults are those of a database without a policy row.</summary>
/// <param name="MinLength">In UTF-16 units.</param>
/// <param name="HistoryCount">How many former passwords may not come back.</param>
internal sealed record PasswordPolicy(
    int MinLength = 12,
    bool RequireUppercase = true,
    bool RequireLowercase = true,
    bool RequireDigit = true,
    int HistoryCount = 5)
{
    public const string ReusedMessage = "Password was used recently and cannot be reused";

    public static PasswordPolicy Of(AuthPolicy policy) => new(
        policy.MinPasswordLength, policy.RequireUppercase, policy.RequireLowercase, policy.RequireDigit, policy.PasswordHistoryCount);

    /// <summary>All violations in one message, or null. Only ASCII letters and digits count.</summary>
    public string? Validate(string password)
    {
        List<string> violations = [];
        if (password.Length < MinLength)
        {
            violations.Add($"Password must be at least {MinLength} characters");
        }

        if (RequireUppercase && !password.Any(char.IsAsciiLetterUpper))
        {
            violations.Add("Password must contain an uppercase letter");
        }

        if (RequireLowercase && !password.Any(char.IsAsciiLetterLower))
        {
            violations.Add("Password must contain a lowercase letter");
        }

        if (RequireDigit && !password.Any(char.IsAsciiDigit))
        {
            violations.Add("Password must contain a digit");
        }

        return violations.Count == 0 ? null : string.Join("; ", violations);
    }

    /// <summary>Whether the password is one of the former ones, newest first; looks at no more than the policy says.</summary>
    public async Task<bool> WasUsedAsync(
        string password,
        IReadOnlyList<string> formerHashes,
        PasswordHasher hasher,
        CancellationToken cancellation = default)
    {
        foreach (var hash in formerHashes.Take(HistoryCount))
        {
            if (await hasher.VerifyAsync(password, hash, cancellation))
            {
                return true;
            }
        }

        return false;
    }
}
