using System.Buffers.Text;
using System.Text.Json;
using Controller.AccessControl;
using Controller.Agents;
using Controller.Hosting;
using Controller.Sql;

namespace Controller.Events;

/// <summary>Who stands behind a request, for the audit trail (auth-rbac 11). Only what was verified counts, except the name at a login.</summary>
internal sealed class AuditActor(IBearerValidator bearer)
{
    private const string Login = ApiRoutes.Base + "/user/login";
    private const string Refresh = ApiRoutes.Base + "/user/refresh";

    /// <summary>User name or fog uuid; null when nobody was recognised.</summary>
    public async ValueTask<string?> OfAsync(HttpContext context)
    {
        if (context.Features.Get<FogEntry>() is { } fog)
        {
            return fog.Uuid;
        }

        if (context.Features.Get<OperatorIdentity>() is { } identity)
        {
            return identity.Username;
        }

        if (ErrorHandling.IsAgentPath(context))
        {
            return null;
        }

        if (Is(context, Login))
        {
            return Body(context)?.Text("email");
        }

        if (Is(context, Refresh))
        {
            // Verified by the one who answered; a refused token is nobody's.
            return AuditTexts.IsSuccess(context.Response.StatusCode) && Body(context)?.Text("refreshToken") is { } token ? Subject(token) : null;
        }

        // Routes that ask for nobody, and logout; those that ask have told already who it is, or that it is nobody.
        return context.GetEndpoint()?.Metadata.GetMetadata<ApiRoute>() is null or { Class: RouteClass.Public }
            && BearerHeader.Token(context, acceptBare: true) is { } bearerToken
            ? await UsernameAsync(bearerToken)
            : null;
    }

    private async ValueTask<string?> UsernameAsync(string token)
    {
        try
        {
            return (await bearer.ValidateAsync(token, CancellationToken.None))?.Username;
        }
        catch (DatabaseException)
        {
            return null;
        }
    }

    /// <summary>The first of the names in a refresh token; null when it is opaque.</summary>
    private static string? Subject(string token)
    {
        try
        {
            if (token.Split('.') is not [_, var payload, _])
            {
                return null;
            }

            using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(payload));
            var claims = new JsonFields(document.RootElement);
            return claims.Text("preferred_username") ?? claims.Text("email") ?? claims.Text("sub");
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            return null;
        }
    }

    private static JsonFields? Body(HttpContext context) => context.Features.Get<ReceivedJson>() is { } json ? new JsonFields(json.Root) : null;

    private static bool Is(HttpContext context, string path) =>
        context.Request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase, out var rest) && rest.Value is null or "" or "/";
}
