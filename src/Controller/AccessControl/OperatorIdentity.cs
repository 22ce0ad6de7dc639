namespace Controller.AccessControl;

/// <summary>A signed-in operator, as the verified token describes them (auth-rbac 10.1).</summary>
/// <param name="Subject">The token's <c>sub</c>.</param>
/// <param name="Username">First non-empty of preferred_username, username, email, sub.</param>
/// <param name="Groups">Role and group names, lower case.</param>
/// <param name="PasswordChangeRequired">The token carries <c>password_change_required: true</c>.</param>
internal sealed record OperatorIdentity(string Subject, string Username, IReadOnlyList<string> Groups, bool PasswordChangeRequired);
