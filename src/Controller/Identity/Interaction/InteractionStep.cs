using Controller.Sql.Stores;

namespace Controller.Identity.Interaction;

/// <summary>The steps of a sign-in, and which comes next (auth-rbac 5.3).</summary>
internal static class InteractionStep
{
    public const string Login = "login";
    public const string Mfa = "mfa";
    public const string Enroll = "enroll";
    public const string ConfirmEnroll = "confirm-enroll";
    public const string ChangePassword = "change-password";
    public const string Complete = "complete";

    /// <summary>The next step of a user whose password was right.</summary>
    public static string Next(InteractionState state, UserRow user, IEnumerable<MembershipRow> memberships, MfaRow? mfa) =>
        SecondFactor.NeedOf(user, memberships, mfa) switch
        {
            SecondFactorNeed.Enrolment => state.EnrollmentStarted ? ConfirmEnroll : Enroll,
            SecondFactorNeed.Code when !state.MfaVerified => Mfa,
            _ when user.MustChangePassword && !state.PasswordChanged => ChangePassword,
            _ => Complete,
        };
}
