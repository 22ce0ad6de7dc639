using Controller.Hosting;
using Microsoft.AspNetCore.Http.Features;

namespace Controller.AccessControl;

/// <summary>The check in front of every operator route: who is it, and may they (auth-rbac 2 and 10).</summary>
internal sealed class OperatorGate(IBearerValidator bearer, IAuthorizer authorizer, IPasswordChangeGate passwords)
{
    private const string NoIdentity = "Unauthorized: No authentication information found";
    private const string PasswordChangeDue = "Password change required before accessing this resource";
    private const string Denied =
        "Authorization denied: You do not have permission to perform this action. Please contact your administrator.";

    /// <summary>The operator behind the request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="acceptBareToken">Also takes a token without the word <c>Bearer</c>.</param>
    /// <exception cref="ApiException">401 without a valid bearer token.</exception>
    public async ValueTask<OperatorIdentity> AuthenticateAsync(HttpContext context, bool acceptBareToken = false)
    {
        var identity = BearerHeader.Token(context, acceptBareToken) is { } token
            ? await bearer.ValidateAsync(token, context.RequestAborted)
            : null;
        if (identity is null)
        {
            throw new ApiException(401, "AuthenticationError", NoIdentity, error: NoIdentity);
        }

        context.Features.Set(identity);
        return identity;
    }

    /// <summary>Lets the request pass when the operator's roles allow it.</summary>
    /// <exception cref="ApiException">401 or 403.</exception>
    public async ValueTask AuthorizeAsync(HttpContext context, Permission permission)
    {
        var identity = await AuthenticateAsync(context);
        if (identity.PasswordChangeRequired && await passwords.IsDueAsync(identity, context.RequestAborted))
        {
            throw new ApiException(403, "ForbiddenError", PasswordChangeDue, error: "Forbidden");
        }

        var name = permission.NameParameter is { } parameter ? context.PathValue(parameter) : null;
        await RequireAsync(context, identity, permission, name);
    }

    /// <summary>Lets a request that has passed go further, to another object than the one in its path.</summary>
    /// <exception cref="ApiException">403.</exception>
    public ValueTask RequireAsync(HttpContext context, Permission permission, string? name) =>
        RequireAsync(context, context.Features.GetRequiredFeature<OperatorIdentity>(), permission, name);

    private async ValueTask RequireAsync(HttpContext context, OperatorIdentity identity, Permission permission, string? name)
    {
        if (!await authorizer.IsAllowedAsync(identity, permission.Resource, permission.Verb, name, context.RequestAborted))
        {
            throw new ApiException(403, "ForbiddenError", Denied, error: "Forbidden");
        }
    }
}
