using Controller.Hosting;
using Microsoft.Extensions.Primitives;

namespace Controller.AccessControl;

/// <summary>Who stands behind a WebSocket, or why it must be closed.</summary>
/// <param name="Identity">Null when refused.</param>
/// <param name="Refusal">Reason of the close frame (1008); null when let in.</param>
internal sealed record UpgradeVerdict(OperatorIdentity? Identity, string? Refusal);

/// <summary>
/// The check in front of an operator's WebSocket (auth-rbac 10.6, websocket 4.1, decision 39). Browsers cannot set
/// headers on one, so the token may come in the query; it is verified all the same.
/// </summary>
internal sealed partial class OperatorUpgrade(IBearerValidator bearer, OperatorGate gate, ILogger<OperatorUpgrade> log)
{
    private const string TokenMissing = "Missing authentication token";
    private const string TokenInvalid = "Authentication failed";
    private const string NoSubjects = "No subjects found in WebSocket token";
    private const string InternalFailure = "Internal server error during authorization";

    /// <summary>Judges an upgrade before its first message. A failure of ours refuses, it does not throw.</summary>
    public async ValueTask<UpgradeVerdict> JudgeAsync(HttpContext context, Permission permission)
    {
        try
        {
            var hasHeader = !StringValues.IsNullOrEmpty(context.Request.Headers.Authorization);
            var token = hasHeader ? BearerHeader.Token(context) : context.QueryValue("token");
            if (token is null)
            {
                return Refused(hasHeader ? TokenInvalid : TokenMissing);
            }

            if (await bearer.ValidateAsync(token, context.RequestAborted) is not { } identity)
            {
                return Refused(TokenInvalid);
            }

            if (identity.Username.Length == 0 && identity.Groups.Count == 0)
            {
                return Refused(NoSubjects);
            }

            context.Features.Set(identity);
            return await gate.RefusalAsync(context, identity, permission) is { } reason ? Refused(reason) : new(identity, null);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Failed(log, e);
            return Refused(InternalFailure);
        }
    }

    private static UpgradeVerdict Refused(string reason) => new(null, reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The access check of a WebSocket failed")]
    private static partial void Failed(ILogger log, Exception e);
}
