using Controller.Configuration;
using Controller.Hosting;

namespace Controller.Identity;

/// <summary>Answers requests about local accounts where an external identity provider keeps them (auth-rbac 6 and 8).</summary>
internal sealed class EmbeddedMode(ControllerSettings settings)
{
    private const string OnlyEmbedded = "This endpoint is only available in embedded auth mode";

    /// <summary>The handler in embedded mode, otherwise 501.</summary>
    public RequestDelegate Only(RequestDelegate handler) => Only(handler, NotImplemented(OnlyEmbedded));

    /// <summary>The handler in embedded mode, otherwise the given refusal.</summary>
    public RequestDelegate Only(RequestDelegate handler, ApiException refusal) =>
        settings.Auth.Mode == AuthMode.Embedded ? handler : _ => throw new ApiException(refusal.Status, refusal.Name, refusal.Message);

    /// <summary>What the MFA routes answer (auth-rbac 6.6).</summary>
    public static ApiException InvalidArgument() => new(400, "InvalidArgumentError", OnlyEmbedded);

    public static ApiException NotImplemented(string message) => new(501, "NotImplementedError", message);
}
