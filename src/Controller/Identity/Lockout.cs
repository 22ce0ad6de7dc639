using Controller.Sql.Stores;

namespace Controller.Identity;

/// <summary>When failures lock an account (auth-rbac 7.3). The counter goes on after a lockout: one more failure locks again.</summary>
internal static class Lockout
{
    /// <summary>Until when the account is locked after so many failures; null = it is not.</summary>
    public static DateTimeOffset? After(int failures, AuthPolicy policy, DateTimeOffset now) =>
        failures >= policy.MaxFailedAttempts ? now.AddMinutes(policy.LockoutMinutes) : null;
}
