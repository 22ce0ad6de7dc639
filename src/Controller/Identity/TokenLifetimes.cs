using Controller.Configuration;
using Controller.Sql.Stores;

namespace Controller.Identity;

/// <summary>How long tokens live: settings win over the policy in the database (auth-rbac 1.1).</summary>
internal sealed record TokenLifetimes(TimeSpan Access, TimeSpan Refresh)
{
    public TimeSpan Longest => Access > Refresh ? Access : Refresh;

    public static TokenLifetimes Of(AuthLifetimes settings, AuthPolicy policy) => new(
        settings.AccessToken ?? TimeSpan.FromSeconds(policy.AccessTokenSeconds),
        settings.RefreshToken ?? TimeSpan.FromSeconds(policy.RefreshTokenSeconds));
}
