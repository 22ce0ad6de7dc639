using System.Text;
using Controller.Identity.Browser;
using Controller.Sql;

namespace Controller.Identity.Issuer;

/// <summary>
/// <c>/session/end</c> (OpenID Connect RP-Initiated Logout 1.0). A client that brings the user's ID token signs the user
/// out; anybody else's link only leads to a page that asks, so that no foreign page can.
/// </summary>
internal sealed class EndSessionEndpoint(
    IssuerClients clients, IdTokenHints hints, IssuerCookies cookies, IssuerSessions sessions, Database database)
{
    /// <summary>Field of our own form.</summary>
    private const string FormToken = "logout";

    public async Task EndAsync(HttpContext context, OidcParameters parameters)
    {
        var hint = parameters["id_token_hint"] is { } token ? await hints.ReadAsync(token, context.RequestAborted) : ((string Subject, IssuerClient Client)?)null;
        var target = Target(parameters, hint?.Client);
        var session = cookies.Session(context) is { } id ? await database.ReadAsync(s => sessions.FindAsync(s, id), context.RequestAborted) : null;
        if (session is not null)
        {
            var isAsked = hint?.Subject == session.User.Id
                || (parameters[FormToken] is { } form && cookies.IsFormToken(form, session.Id));
            if (!isAsked)
            {
                await AskAsync(context, parameters, session.Id);
                return;
            }

            await database.WriteAsync(s => IssuerSessions.EndAsync(s, session.Id), cancel: context.RequestAborted);
        }

        cookies.ClearSession(context);
        if (target is null)
        {
            await HtmlPage.SendAsync(context, "Signed out", "<p>You are signed out.</p>");
            return;
        }

        context.Response.Headers.CacheControl = "no-store";
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = target;
    }

    /// <summary>Where to send the browser afterwards; null for nowhere.</summary>
    /// <exception cref="OidcException">The client is unknown, not the hint's, or has not registered the URI.</exception>
    private string? Target(OidcParameters parameters, IssuerClient? hinted)
    {
        var named = parameters["client_id"] is { } id ? clients.Find(id) ?? throw OidcException.InvalidRequest("unknown client") : null;
        if (named is not null && hinted is not null && named.Id != hinted.Id)
        {
            throw OidcException.InvalidRequest("client_id and id_token_hint name different clients");
        }

        if (parameters["post_logout_redirect_uri"] is not { } uri)
        {
            return null;
        }

        if ((hinted ?? named)?.PostLogoutRedirectUris.Contains(uri) != true)
        {
            throw OidcException.InvalidRequest("post_logout_redirect_uri is not registered for the client");
        }

        return parameters["state"] is { } state ? $"{uri}?{FormEncoding.Encode([("state", state)])}" : uri;
    }

    private Task AskAsync(HttpContext context, OidcParameters parameters, string sessionId)
    {
        var html = new StringBuilder("<form method=\"post\"><p>Do you want to sign out?</p>");
        HtmlPage.AppendFields(html, parameters.All.Where(p => p.Key != FormToken).Select(p => (p.Key, (string?)p.Value)));
        HtmlPage.AppendFields(html, [(FormToken, cookies.FormToken(sessionId))]);
        html.Append("<button>Sign out</button></form>");
        return HtmlPage.SendAsync(context, "Sign out", html.ToString());
    }
}
