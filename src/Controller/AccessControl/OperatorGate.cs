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

    /// <summary>The operator behind the request, who becomes one of its features; null without a valid bearer token.</summary>
    /// <param name="context">The request.</param>
    /// <param name="acceptBareToken">Also takes a token without the word <c>Bearer</c>.</param>
    public async ValueTask<OperatorIdentity?> IdentifyAsync(HttpContext context, bool acceptBareToken = false)
    {
        var identity = LocalOperator.Of(context);
        if (identity is null && BearerHeader.Token(context, acceptBareToken) is { } token)
        {
            identity = await bearer.ValidateAsync(token, context.RequestAborted);
        }

        context.Features.Set(identity);
        return identity;
    }

    /// <summary>Lets the request pass when the operator's roles allow it.</summary>
    /// <exception cref="ApiException">401 or 403.</exception>
    public async ValueTask AuthorizeAsync(HttpContext context, Permission permission)
    {
        var identity = await IdentifyAsync(context)
            ?? throw new ApiException(401, "AuthenticationError", NoIdentity, error: NoIdentity);
        if (await RefusalAsync(context, identity, permission) is { } reason)
        {
            throw new ApiException(403, "ForbiddenError", reason, error: "Forbidden");
        }
    }

    /// <summary>Why the operator may not do what the route is for; null when they may.</summary>
    public async ValueTask<string?> RefusalAsync(HttpContext context, OperatorIdentity identity, Permission permission)
    {
        if (identity.PasswordChangeRequired && await passwords.IsDueAsync(identity, context.RequestAborted))
        {
            return PasswordChangeDue;
        }

        var name = permission.NameParameter is { } parameter ? context.PathValue(parameter) : null;
        return await authorizer.IsAllowedAsync(identity, permission.Resource, permission.Verb, name, context.RequestAborted) ? null : Denied;
    }

    /// <summary>Lets a request that has passed go further, to another object than the one in its path.</summary>
    /// <exception cref="ApiException">403.</exception>
    public async ValueTask RequireAsync(HttpContext context, Permission permission, string? name)
    {
        var identity = context.Features.GetRequiredFeature<OperatorIdentity>();
        if (!await authorizer.IsAllowedAsync(identity, permission.Resource, permission.Verb, name, context.RequestAborted))
        {
            throw new ApiException(403, "ForbiddenError", Denied, error: "Forbidden");
        }
    }
}
