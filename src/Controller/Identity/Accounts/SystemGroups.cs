namespace Controller.Identity;

/// <summary>Groups that every Controller has; each names the system role that its members hold (auth-rbac 7.5 and 8.2).</summary>
internal static class SystemGroups
{
    public const string Admin = "admin";

    public static IReadOnlyList<string> Names { get; } = [Admin, "sre", "developer", "viewer"];
}
